using System.Text.RegularExpressions;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests;

/// <summary>Who may refer to whom, read from the using directives.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Program and Commands make the parts; the engine runs them; everything may use Frames.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Frames"] = [],
        ["Model"] = ["Frames"],
        ["Sources"] = ["Frames", "Street"],
        ["Graphics"] = ["Frames", "Graphics"],
        ["Sinks"] = ["Frames", "Graphics"],
        ["Engine"] = ["Frames", "Model", "Sources", "Graphics", "Sinks"],
        ["Web"] = ["Frames", "Graphics", "Sinks", "Engine"],
        ["Commands"] = ["Frames", "Model", "Sources", "Graphics", "Sinks", "Engine", "Web"],
    };

    private static readonly string[] Projects = ["app/RealtimeSeg.App.csproj", "training/RealtimeSeg.Training.csproj"], SourceFolders = ["app", "training", "tests", "shaders"];

    [Fact]
    public void App_folders_refer_only_to_those_below_them()
    {
        string app = Path.Combine(Repository.Root, "app");
        int checkedFiles = 0;
        foreach ((string folder, string[] allowed) in Allowed)
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(app, folder), "*.cs", SearchOption.AllDirectories))
            {
                checkedFiles++;
                foreach (string used in Usings(file, "RealtimeSeg"))
                    Assert.True(used == folder || allowed.Contains(used, StringComparer.Ordinal), $"{Path.GetRelativePath(app, file)} uses {used}");
            }
        }

        Assert.True(checkedFiles > 25, $"only {checkedFiles} files were found");
    }

    [Fact]
    public void Trainer_and_app_do_not_refer_to_each_other()
    {
        foreach (string project in Projects)
            Assert.DoesNotContain("ProjectReference", File.ReadAllText(Path.Combine(Repository.Root, project)), StringComparison.Ordinal);
    }

    [Fact]
    public void Source_files_fit_a_readers_head()
    {
        foreach (string file in SourceFolders.SelectMany(Repository.SourceFiles))
        {
            int lines = File.ReadLines(file).Count();
            Assert.True(lines <= 320, $"{Path.GetRelativePath(Repository.Root, file)} has {lines} lines");
        }
    }

    private static IEnumerable<string> Usings(string file, string root)
        => File.ReadLines(file).Select(l => Regex.Match(l, $"^using (?:static )?{root}\\.(?<name>\\w+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            .Where(m => m.Success).Select(m => m.Groups["name"].Value);
}
