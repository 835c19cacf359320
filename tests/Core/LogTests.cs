using System.Text.Json;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>What is told, how, and where.</summary>
public sealed class LogTests : IDisposable
{
    private readonly TextWriter _before = Console.Out;

    public void Dispose()
    {
        Console.SetOut(_before);
        Log.Configure(LogLevel.Info, LogFormat.Plain);
    }

    [Theory]
    [InlineData(LogLevel.Warning, "", "warning: w|error: e")]
    [InlineData(LogLevel.Info, "i", "warning: w|error: e")]
    [InlineData(LogLevel.Debug, "d|i", "warning: w|error: e")]
    public void Plain_messages_go_to_people_and_trouble_to_standard_error(LogLevel level, string output, string error)
        => Assert.Equal((output, error), Told(level, LogFormat.Plain));

    [Fact]
    public void A_log_with_times_goes_to_standard_error_alone()
    {
        (string output, string error) = Told(LogLevel.Debug, LogFormat.Text);
        Assert.Empty(output);
        string[] lines = error.Split('|');
        Assert.Equal("debug: d|info: i|warning: w|error: e", string.Join('|', lines.Select(l => l.Split(' ', 2)[1])));
        Assert.All(lines, l => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", l));
    }

    [Fact]
    public void A_log_for_programs_is_an_object_a_line()
    {
        using StringWriter output = new();
        Console.SetOut(output);
        Log.Configure(LogLevel.Info, LogFormat.Json);
        string error = InProcess.Errors(() =>
        {
            Log.Write(LogLevel.Info, "\"×\"\nrtsp://me:secret@host/", new { fps = double.NaN, frames = 3 });
            Log.Debug("d");
        });
        Assert.Empty(output.ToString());
        JsonElement line = JsonSerializer.Deserialize<JsonElement>(Assert.Single(error.TrimEnd('\n').Split('\n')));
        Assert.Equal("info", line.GetProperty("level").GetString());
        Assert.Equal("\"×\" rtsp://host/", line.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("figures").GetProperty("fps").ValueKind);
        Assert.True(line.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public void An_error_in_the_command_line_is_told_as_the_line_asks()
    {
        (int code, string error) = InProcess.App(["replay", "synth://", "null", "--opacity", "2", "--log-format", "json"]);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        JsonElement line = JsonSerializer.Deserialize<JsonElement>(error);
        Assert.Equal("error", line.GetProperty("level").GetString());
        Assert.StartsWith("--opacity 2: ", line.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>What goes to standard output and to standard error, lines with | between them.</summary>
    private static (string Output, string Error) Told(LogLevel level, LogFormat format)
    {
        using StringWriter output = new();
        Console.SetOut(output);
        Log.Configure(level, format);
        string error = InProcess.Errors(() =>
        {
            Log.Debug("d");
            Log.Info("i");
            Log.Warning("w");
            Log.Error("e");
        });
        return (Lines(output.ToString()), Lines(error));
    }

    private static string Lines(string text) => text.TrimEnd('\n').Replace('\n', '|');
}
