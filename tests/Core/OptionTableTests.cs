using System.CommandLine;
using Xunit;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Tests.Core.OptionTableTests.Settings>;

namespace RealtimeSeg.Tests.Core;

/// <summary>Options as rows: what is given goes to its setting, what is not keeps the default, and limits hold.</summary>
public sealed class OptionTableTests
{
    private static readonly Settings Defaults = new(3, 0.5, "overlay", true, null, false);

    private static readonly OptionRow<Settings>[] Rows =
    [
        Row.Value("--threads", "CPU threads", s => s.Threads, (s, v) => s with { Threads = v }, Limits.AtLeast(0)),
        Row.Value("--opacity", "Strength", s => s.Opacity, (s, v) => s with { Opacity = v }, Limits.Between(0.0, 1.0)),
        Row.Choice("--view", "How to show it", ["overlay", "mask", "edges"], s => s.View, (s, v) => s with { View = v }),
        Row.Switch("--vsync", "Wait for the display", s => s.Vsync, (s, v) => s with { Vsync = v }),
        Row.Value<int?>("--width", "Width", s => s.Width, (s, v) => s with { Width = v }, Limits.AtLeast(1).Optional()),
        Row.Flag("--headless", "No window", s => s with { Headless = true }),
    ];

    [Fact]
    public void What_is_not_given_keeps_its_default() => Assert.Equal(Defaults, Read());

    [Fact]
    public void What_is_given_goes_to_its_setting()
    {
        Settings read = Read("--threads", "0", "--opacity", "1", "--view", "mask", "--vsync", "off", "--width", "640", "--headless");
        Assert.Equal(new Settings(0, 1, "mask", false, 640, true), read);
    }

    [Theory]
    [InlineData("--threads", "-1", "it cannot be negative")]
    [InlineData("--opacity", "1.01", "it must lie between 0 and 1")]
    [InlineData("--opacity", "NaN", "it must lie between 0 and 1")]
    [InlineData("--opacity", "Infinity", "it must lie between 0 and 1")]
    [InlineData("--view", "masks", "choose overlay, mask or edges")]
    [InlineData("--vsync", "yes", "choose on or off")]
    [InlineData("--width", "0", "it must be at least 1")]
    public void A_value_outside_its_limit_is_refused_with_option_value_and_remedy(string option, string value, string says)
    {
        string message = Assert.Throws<UserError>(() => Read(option, value)).Message;
        Assert.StartsWith(option + " ", message, StringComparison.Ordinal);
        Assert.EndsWith(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_each_default_once()
    {
        Command command = new("live", "A camera, live.");
        new OptionTable<Settings>(Defaults with { Threads = 7 }, Rows).AddTo(command);
        string page = CommandReference.Markdown(new RootCommand("program") { command });
        Assert.Contains("| `--threads` | `7` | CPU threads |", page, StringComparison.Ordinal);
        Assert.Contains("| `--width` |  | Width |", page, StringComparison.Ordinal);
        Assert.Contains("| `--headless` |  | No window |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_without_help_is_found()
    {
        Command command = new("live", "A camera, live.") { new Option<int>("--threads") };
        string missing = Assert.Single(CommandReference.WithoutHelp(new RootCommand("A program.") { command }));
        Assert.EndsWith(" live --threads", missing, StringComparison.Ordinal);
    }

    private static Settings Read(params string[] arguments)
    {
        RootCommand root = new("program");
        OptionTable<Settings> table = new(Defaults, Rows);
        table.AddTo(root);
        return table.Read(root.Parse(arguments));
    }

    internal sealed record Settings(int Threads, double Opacity, string View, bool Vsync, int? Width, bool Headless);
}
