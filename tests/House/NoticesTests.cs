using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>docs/THIRD-PARTY-NOTICES.md names what is restored.</summary>
public sealed class NoticesTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "THIRD-PARTY-NOTICES.md"));

    [Fact]
    public void The_notices_have_the_packages_and_versions_of_the_lock_files()
    {
        string[] named = [.. Page.Where(l => l.StartsWith("| ", StringComparison.Ordinal))
            .Where(l => !l.StartsWith("| package ", StringComparison.Ordinal))
            .Select(l => l.Split('|')).Select(c => $"{c[1].Trim()} {c[2].Trim()}").Order(StringComparer.Ordinal)];
        string[] locked = [.. RestoredPackage.All().Select(p => $"{p.Name} {p.Version}").Order(StringComparer.Ordinal)];
        Assert.True(locked.Length > 40, $"only {locked.Length} packages are locked");
        string wrong = string.Join(", ", locked.Except(named, StringComparer.Ordinal).Concat(named.Except(locked, StringComparer.Ordinal)));
        Assert.True(wrong.Length == 0, $"docs/THIRD-PARTY-NOTICES.md is out of date: run './run.sh docs' ({wrong})");
        Assert.Equal(locked.Length, named.Length);
    }

    [SkippableFact]
    public void The_notices_say_what_the_packages_say()
    {
        string? written = NoticesCommand.Page();
        Skip.If(written is null, "not all packages of the lock files are in NuGet's cache: another build restored its own");
        Assert.True(string.Join('\n', Page) + "\n" == written, "docs/THIRD-PARTY-NOTICES.md is out of date: run './run.sh docs'");
    }

    /// <summary>A licence that nobody has looked at fails here, by name. The last one is Microsoft's of .NET's old libraries.</summary>
    [Fact]
    public void Every_package_in_the_programs_has_a_licence()
    {
        string[] rows = [.. Page.SkipWhile(l => l != "## In the programs").TakeWhile(l => l != "## For builds alone")
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        Assert.InRange(rows.Length, 20, 60);
        Assert.All(rows, row =>
        {
            string licence = row.Split('|')[3].Trim();
            Assert.True(licence is "MIT" or "Apache-2.0" or "BSD-3-Clause" or "BSD-2-Clause"
                || licence.Contains("LICENSE", StringComparison.Ordinal)
                || licence.EndsWith("LinkId=329770", StringComparison.Ordinal), row);
        });
    }
}
