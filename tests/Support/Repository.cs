using Xunit;

// Memory per frame is measured for the whole process, and ONNX Runtime takes all cores anyway.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace RealtimeSeg.Tests.Support;

/// <summary>Where the sources are, and the data beside them.</summary>
internal static class Repository
{
    private static readonly string[] Folders = ["app", "training", "tests", "shaders", "docs/samples", ".ci"];
    private static readonly HashSet<string> Extensions =
        [".cs", ".proto", ".vert", ".frag", ".glsl", ".comp", ".html", ".css", ".js", ".sh", ".py", ".csproj"];

    public static string Root { get; } = Find();

    /// <summary>The data folder beside the project; null if there is none.</summary>
    public static string? SharedData
        => Directory.Exists(Path.Combine(Root, "../shared/data/camvid/val")) ? Path.GetFullPath(Path.Combine(Root, "../shared")) : null;

    /// <summary>Every source, shader, page and script.</summary>
    public static IEnumerable<string> Sources() => Folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
        .Where(f => Extensions.Contains(Path.GetExtension(f)) && !IsBuilt(f))
        .Append(Path.Combine(Root, "run.sh"));

    private static bool IsBuilt(string file)
        => file.Contains("/obj/", StringComparison.Ordinal) || file.Contains("/bin/", StringComparison.Ordinal);

    private static string Find()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "RealtimeSeg.sln"))) return d.FullName;
        }

        throw new InvalidOperationException("the tests run outside the repository");
    }
}
