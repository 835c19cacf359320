using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>Slips of the keyboard are answered by the name that was meant.</summary>
public sealed class NearestTests
{
    private static readonly string[] Names =
        ["live", "replay", "bench", "check", "street", "street-int8", "--frames", "--verbose", "--refine", "a"];

    [Theory]
    [InlineData("chek", "check")] // a letter left out
    [InlineData("replya", "replay")] // two exchanged
    [InlineData("REPLAY", "replay")]
    [InlineData("lice", "live")] // one replaced
    [InlineData("stret", "street")] // the nearer of two
    [InlineData("street-int", "street-int8")]
    [InlineData("--frmes", "--frames")]
    [InlineData("--verb", "--verbose")] // its beginning
    [InlineData("x", null)] // any letter is one slip away from any other
    [InlineData("", null)]
    [InlineData("picture", null)]
    [InlineData("-w", null)]
    [InlineData("--nonsense", null)]
    [InlineData("--device", null)] // three of six letters are another word
    public void The_name_is_found_if_it_is_near(string typed, string? meant) => Assert.Equal(meant, Nearest.Of(typed, Names));

    [Fact]
    public void A_message_has_a_hint_or_nothing()
    {
        Assert.Equal(" (did you mean check?)", Nearest.Hint("chek", Names));
        Assert.Equal("", Nearest.Hint("picture", Names));
    }

    [Theory]
    [InlineData("no view 'maks' (did you mean mask?): choose one of overlay, mask,", "replay", "synth://", "null", "--view", "maks")]
    [InlineData("no model 'stret' (did you mean street?): name an .onnx file", "replay", "synth://", "null", "--model", "stret")]
    [InlineData("no provider 'cud' (did you mean cuda?): choose one of", "replay", "synth://", "null", "--provider", "cud")]
    [InlineData("no provider 'gpu' (graphics cards: gl for any, cuda or tensorrt", "replay", "synth://", "null", "--provider", "gpu")]
    [InlineData("no provider 'gl,cpu' (name one; auto tries several): choose", "replay", "synth://", "null", "--provider", "gl,cpu")]
    [InlineData("no option -provider (did you mean --provider?): see --help", "replay", "synth://", "null", "-provider", "gl")]
    [InlineData("no option --frmes (did you mean --frames?): see --help", "replay", "synth://", "null", "--frmes", "3")]
    [InlineData("no option --verbos (did you mean --verbose?): see --help", "doctor", "--verbos")]
    [InlineData("no option -w: see --help", "replay", "synth://", "null", "-w")]
    [InlineData("no command 'replya' (did you mean replay?): choose live, replay,", "replya")]
    [InlineData("--precision flot (did you mean float?): choose", "replay", "synth://", "null", "--precision", "flot")]
    [InlineData("--log-format jsn (did you mean json?): choose plain, text or json", "replay", "synth://", "null", "--log-format", "jsn")]
    [InlineData("--hud files=ful (did you mean full?): choose auto, full,", "replay", "synth://", "null", "--hud", "files=ful")]
    [InlineData("no completion for 'bahs' (did you mean bash?): choose bash, zsh, fish", "completion", "bahs")]
    [InlineData("--frames ten: give a whole number", "replay", "synth://", "null", "--frames", "ten")]
    [InlineData("--frames 1.5: give a whole number", "replay", "synth://", "null", "--frames", "1.5")]
    [InlineData("--smooth much: give a number", "replay", "synth://", "null", "--smooth", "much")]
    [InlineData("--frames: its value is missing", "replay", "synth://", "null", "--frames")]
    [InlineData("--frames is given 2 times: give it once", "replay", "synth://", "null", "--frames", "1", "--frames", "2")]
    [InlineData("models: models takes no more arguments: see --help", "models", "models")]
    [InlineData("info: <model> is missing: see --help", "info")]
    public void The_app_names_what_is_wrong_with_a_command_line(string says, params string[] arguments)
        => AssertRefused(says, InProcess.App(arguments));

    [Theory]
    [InlineData("no command 'chek' of data (did you mean check?): choose sample,", "data", "chek")]
    [InlineData("data needs a command: choose sample,", "data")]
    [InlineData("no command 'data' of train (data is a command of its own): choose", "train", "data", "check")]
    [InlineData("no option --stpes (did you mean --steps?): see --help", "train", "--stpes", "3")]
    [InlineData("--steps many: give a whole number", "train", "--steps", "many")]
    [InlineData("no command 'exprot' (did you mean export?): choose train, eval,", "exprot")]
    public void The_trainer_does_so_too(string says, params string[] arguments) => AssertRefused(says, InProcess.Trainer(arguments));

    private static void AssertRefused(string says, (int Code, string Error) actual)
    {
        Assert.StartsWith($"error: {says}", Assert.Single(actual.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(2, actual.Code);
    }
}
