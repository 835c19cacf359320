using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Mutation;

/// <summary>What <c>test --mutate</c> draws, and how it counts; the run itself takes most of an hour.</summary>
public sealed class MutationTests
{
    [Fact]
    public void Windows_cover_a_file_once_and_a_seed_draws_the_same_ones_again()
    {
        string text = string.Concat(Enumerable.Range(1, 30).Select(i => $"line {i}\n"));
        LineWindow[] windows = [.. LineWindow.Cut("a.cs", text)];
        Assert.Equal([12, 12, 6], windows.Select(w => text[w.From..w.To].Count(c => c == '\n')));
        Assert.Equal(text, string.Concat(windows.Select(w => text[w.From..w.To])));
        Assert.Equal("**/a.cs{0..87}", windows[0].ToString());
        Assert.Equal(LineWindow.Sample(3, 0.05), LineWindow.Sample(3, 0.05));
        Assert.NotEqual(LineWindow.Sample(3, 0.05), LineWindow.Sample(4, 0.05));
    }

    [Fact]
    public void A_report_counts_what_compiled_and_was_drawn()
    {
        using TemporaryFolder folder = new();
        string Mutant(string status) => $$$"""
            {"status":"{{{status}}}","replacement":"b -\n a","location":{"start":{"line":2,"column":3},"end":{"line":2,"column":8}} }
            """;
        string[] all = ["Killed", "Timeout", "Survived", "NoCoverage", "Ignored", "CompileError"];
        string mutants = string.Join(',', all.Select(Mutant));
        string file = $$"""{"source":"x\n  a + b;\n","mutants":[{{mutants}}]}""";
        File.WriteAllText(folder["r.json"], $$$"""{"files":{"{{{folder["tree/a.cs"]}}}":{{{file}}} }}""");
        MutationReport report = MutationReport.Read(folder["r.json"], folder["tree"]);
        Assert.Equal(0.5, report.Score);
        Assert.Equal(["a.cs:2: a + b -> b - a, Survived", "a.cs:2: a + b -> b - a, NoCoverage"], report.Alive);
    }
}
