using System.CommandLine;
using System.Text.Json;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>What nobody expected ends in one line and a file without secrets.</summary>
public sealed class CrashReportTests
{
    [Fact]
    public void What_is_unexpected_ends_in_one_line_with_a_report_that_has_no_secrets()
    {
        FormatException cause = new("http://me:secret@cam/ is\nodd");
        AggregateException thrown = new(new TypeInitializationException("T", cause));
        (int code, string error) = Run(thrown, "--http-token", "hunter2", "http://me:secret@cam/");
        Assert.Equal(CommandRunner.UnexpectedCode, code);
        Assert.StartsWith("error: FormatException: http://cam/ is odd; please report it with /", error, StringComparison.Ordinal);
        string file = error[error.LastIndexOf(' ')..].Trim(), report = File.ReadAllText(file);
        File.Delete(file);
        Assert.Contains("command: --http-token *** http://cam/", report, StringComparison.Ordinal);
        Assert.Contains(nameof(TypeInitializationException), report, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", report, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", report, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_user_can_mend_is_told_also_from_within_other_exceptions()
    {
        (int code, string error) = Run(new AggregateException(new UserError("no camera: plug it in")));
        Assert.Equal((CommandRunner.UserErrorCode, "error: no camera: plug it in"), (code, error.Trim()));
    }

    [Fact]
    public void Figures_that_are_no_numbers_are_null_in_JSON()
    {
        using TemporaryFolder folder = new();
        AtomicFile.WriteJson(folder["f.json"], new { a = double.NaN, b = (double?)double.PositiveInfinity, c = new[] { 1.5 } });
        JsonElement read = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(folder["f.json"]));
        Assert.Equal(JsonValueKind.Null, read.GetProperty("a").ValueKind);
        Assert.Equal(JsonValueKind.Null, read.GetProperty("b").ValueKind);
        Assert.Equal(1.5, read.GetProperty("c")[0].GetDouble());
    }

    private static (int Code, string Error) Run(Exception thrown, params string[] args)
    {
        Argument<string?> source = new("source") { Arity = ArgumentArity.ZeroOrOne };
        RootCommand root = new("A program.") { new Option<string>("--http-token"), source };
        root.SetAction(int (ParseResult _) => throw thrown);
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            return (CommandRunner.Run(root, args), error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
