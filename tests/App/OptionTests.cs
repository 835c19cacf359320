using System.CommandLine;
using RealtimeSeg.Commands;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The app's options: each goes to its setting and refuses what is outside its range.</summary>
public sealed class OptionTests
{
    private static readonly Type[] Fractions = [typeof(float), typeof(double), typeof(double?)];

    /// <summary>Every option of every command that takes fractions, by command and name.</summary>
    public static TheoryData<string, string> FractionalOptions()
    {
        TheoryData<string, string> all = [];
        foreach (Command command in AppCommands.Root().Subcommands)
        {
            foreach (Option option in command.Options.Where(o => Fractions.Contains(o.ValueType))) all.Add(command.Name, option.Name);
        }

        return all;
    }

    /// <summary>--input-rate is another name of --fps, and --realtime and --no-realtime are two values of one setting.</summary>
    [Fact]
    public void Every_option_goes_to_its_own_setting()
    {
        OptionRoundTrip.Check(PipelineRows.All, Mode.Replay.Defaults, ("--input-rate", "--fps"), ("--model", "--precision"));
        OptionRoundTrip.Check(BenchOptions.Rows, new BenchOptions());
        OptionRoundTrip.Check(LogOptions.Rows, new LogOptions());
    }

    /// <summary>Views with a foreground are for people, unless classes or a model are named.</summary>
    [Theory]
    [InlineData("street-int8", Precision.Auto)]
    [InlineData("street-int8", Precision.Auto, "--view", "edges")]
    [InlineData("person", Precision.Auto, "--view", "blur")]
    [InlineData("person", Precision.Auto, "--view", "cutout", "--size", "320x240")]
    [InlineData("street-int8", Precision.Auto, "--view", "blur", "--show", "car")]
    [InlineData("street", Precision.Auto, "--view", "blur", "--model", "street")]
    [InlineData("person-large", Precision.Auto, "--model", "person-large")]
    [InlineData("street-large", Precision.AsNamed, "--model", "models/street-large.onnx")]
    [InlineData("street", Precision.Float, "--model", "street", "--precision", "float")]
    public void The_model_follows_the_view_and_has_a_name(string name, Precision precision, params string[] arguments)
    {
        PipelineSettings s = ParsedOptions.Read(Mode.Replay, ["synth://", .. arguments]);
        Assert.Equal(name, Path.GetFileNameWithoutExtension(s.Model));
        Assert.Equal(precision, s.Precision);
    }

    /// <summary>Help shows the network, since which of its files runs is measured.</summary>
    [Fact]
    public void The_default_model_is_a_network()
    {
        Option model = AppCommands.Root().Subcommands.Single(c => c.Name == "replay").Options.Single(o => o.Name == "--model");
        Assert.Equal("street", model.GetDefaultValue());
    }

    [Fact]
    public void A_model_that_does_not_exist_is_answered_with_those_that_do()
    {
        UserError e = Assert.Throws<UserError>(() => ParsedOptions.Read(Mode.Replay, "synth://", "null", "--model", "streets"));
        Assert.Contains("no model 'streets'", e.Message, StringComparison.Ordinal);
        Assert.Contains("person-large, street", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FractionalOptions))]
    public void An_option_refuses_what_is_not_a_finite_number(string command, string option)
    {
        foreach (string value in new[] { "NaN", "Infinity", "-Infinity" })
            Assert.StartsWith($"error: {option} {value}: it ", Refusal(command, "synth://", option, value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--opacity", "1.5", "between 0 and 1")]
    [InlineData("--threads", "-1", "between 0 and ")]
    [InlineData("--threads", "100000", "this machine has ")]
    [InlineData("--frames", "-1", "negative")]
    [InlineData("--fps", "0", "above 0")]
    [InlineData("--fps", "30/0", "30000/1001")]
    [InlineData("--fps", "30/1/1", "30000/1001")]
    [InlineData("--input-rate", "fast", "30000/1001")]
    [InlineData("--input-width", "0", "at least 1")]
    [InlineData("--output-width", "8", "between 16 and 16384")]
    [InlineData("--log-format", "xml", "choose plain, text or json")]
    [InlineData("--image-format", "bmp", "choose png, jpg or webp")]
    [InlineData("--output-format", "h264", "choose mjpeg, bgr24 or labels")]
    [InlineData("--quiet", "--verbose", "choose one")]
    [InlineData("--no-overwrite", "-y", "choose one")]
    [InlineData("--input", "--verbose", "that is an option")]
    [InlineData("--loop", "-2", "-1 to repeat forever")]
    [InlineData("--spin", "maybe", "choose on or off")]
    [InlineData("--schedule", "later", "choose auto, inline, ahead or pipelined")]
    [InlineData("--refine", "much", "choose auto, on or off")]
    [InlineData("--hud", "most", "choose auto, full, figures or none")]
    [InlineData("--mean", "1,2", "one number or three")]
    [InlineData("--std", "0", "one number or three")]
    [InlineData("--backdrop", "#12", "#RRGGBB")]
    [InlineData("--keep-audio", "", "not a file with sound")]
    [InlineData("--realtime", "--no-realtime", "choose one")]
    [InlineData("--input-height", "480", "give both or neither")]
    public void An_option_refuses_a_value_outside_its_range(string option, string value, string remedy)
    {
        string refusal = Refusal(["replay", "synth://", "null", option, .. value.Length > 0 ? (string[])[value] : []]);
        Assert.Contains(option, refusal, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("named twice", "synth://", "-", "-o", "-")]
    [InlineData("named twice", "synth://", "-", "--results", "-")]
    [InlineData("with several inputs", "-i", "SAMPLE", "-i", "SAMPLE", "null", "--keep-audio")]
    public void What_cannot_be_done_together_is_refused(string says, params string[] arguments)
    {
        string clip = Path.Combine(Repository.Root, "app/Assets/street.mp4");
        string[] actual = [.. arguments.Select(a => a.Replace("SAMPLE", clip, StringComparison.Ordinal))];
        Assert.Contains(says, Assert.Throws<UserError>(() => ParsedOptions.Read(Mode.Replay, actual)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30000/1001", 30000.0 / 1001)]
    [InlineData("29.97", 29.97)]
    [InlineData("25", 25)]
    public void A_rate_is_a_number_or_a_fraction(string text, double rate)
    {
        Assert.Equal(rate, ParsedOptions.Read(Mode.Replay, "synth://", "null", "--fps", text).SourceOptions.FramesPerSecond!.Value, 9);
        Assert.Equal(rate, ParsedOptions.Read(Mode.Replay, "synth://", "null", "--target-fps", text).Labels.TargetFps!.Value, 9);
    }

    [Theory]
    [InlineData("a", "b,c", "a", "b", "c")]
    [InlineData("a", "b", "-o", "b", "a")]
    [InlineData("a,b", "c,d", "-i", "a", "--input", "b", "c", "-o", "d")]
    [InlineData("a", "c,d,e", "c", "d", "-o", "e", "-i", "a")]
    [InlineData("a", "-", "-i", "a", "-o", "-")]
    [InlineData("-", "-", "-", "-")]
    public void Inputs_and_outputs_are_arguments_or_options(string inputs, string outputs, params string[] arguments)
    {
        PipelineSettings s = ParsedOptions.Read(Mode.Replay, arguments);
        Assert.Equal(inputs, string.Join(',', s.Sources));
        Assert.Equal(outputs, string.Join(',', s.Outputs));
    }

    [Theory]
    [InlineData("--fps", "30")]
    [InlineData("--input-rate", "30")]
    [InlineData("--loop", "2")]
    [InlineData("--loop", "-1")]
    public void Sound_is_kept_only_where_it_is_in_step_with_the_images(params string[] option)
    {
        string clip = Path.Combine(Repository.Root, "app/Assets/street.mp4"), name = option[0] == "--loop" ? "--loop" : "--fps";
        string refusal = Refusal(["replay", clip, "null", "--keep-audio", .. option]);
        Assert.StartsWith($"error: --keep-audio with {name}: ", refusal, StringComparison.Ordinal);
    }

    /// <summary>The one line on standard error that a command line ends in before anything is opened.</summary>
    private static string Refusal(params string[] arguments)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            // A model that does not exist: a value that is let through does not start a run either.
            Assert.Equal(CommandRunner.UserErrorCode, CommandRunner.Run(AppCommands.Root(), [.. arguments, "--model", "/none.onnx"]));
        }
        finally
        {
            Console.SetError(before);
        }

        return Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }
}
