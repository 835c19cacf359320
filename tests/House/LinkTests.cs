using System.Text.RegularExpressions;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>Pages lead somewhere, and the first of them can be read at once.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Pages = [.. new[] { ".", "docs", "models", ".github" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md"))];

    [Fact]
    public void Links_between_pages_lead_to_files_and_headings()
    {
        List<string> broken = [];
        int links = 0;
        foreach (string page in Pages)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                string target = link.Groups["target"].Value, anchor = link.Groups["anchor"].Value;
                string file = target.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, target);
                links++;
                bool leads = Path.Exists(file) && (anchor.Length == 0 || Headings(file).Contains(anchor, StringComparer.Ordinal));
                if (!leads) broken.Add($"{Path.GetRelativePath(Repository.Root, page)}: {link.Value}");
            }
        }

        Assert.True(links > 30, $"only {links} links were found");
        Assert.Empty(broken);
    }

    /// <summary>A visitor reads one screen, and waits for one small image.</summary>
    [Fact]
    public void The_readme_is_short_and_begins_with_a_small_moving_image()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "README.md"));
        Assert.InRange(lines.Length, 20, 120);
        Match image = Link().Match(lines.First(l => l.StartsWith("![", StringComparison.Ordinal)));
        Assert.InRange(Array.FindIndex(lines, l => l.Contains(image.Value, StringComparison.Ordinal)), 1, 15);
        FileInfo file = new(Path.Combine(Repository.Root, image.Groups["target"].Value));
        Assert.Equal(".webp", file.Extension);
        Assert.InRange(file.Length, 1, 2_000_000);
    }

    /// <summary>Names of a page's headings as links spell them: small letters, hyphens for spaces, no other signs.</summary>
    private static IEnumerable<string> Headings(string page) => File.ReadLines(page)
        .Where(l => l.StartsWith('#'))
        .Select(l => new string([.. l.TrimStart('#').Trim().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')])
            .Replace(' ', '-').ToLowerInvariant());

    /// <summary>A link to another place of the repository.</summary>
    [GeneratedRegex(@"\]\((?<target>[^)#:\s]*)(?:#(?<anchor>[^)\s]*))?\)", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Link();
}
