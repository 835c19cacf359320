using System.IO.Compression;
using System.Xml.Linq;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>What is given to other programs: packages, the page about them and its examples.</summary>
public sealed class LibraryTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "library.md"));

    [Fact]
    public void The_page_shows_the_samples_as_they_are_compiled()
    {
        string samples = Path.Combine(Repository.Root, "docs", "samples");
        string[] programs = Directory.GetFiles(samples, "Program.cs", SearchOption.AllDirectories);
        Assert.Equal(2, programs.Length);
        Assert.All(programs, p => Assert.Contains($"```csharp\n{File.ReadAllText(p)}```\n", Page, StringComparison.Ordinal));
    }

    /// <summary>The build fails for public members that no list has; an empty list would promise nothing.</summary>
    [Theory]
    [InlineData("app/core", "RealtimeSeg.Core.Contract.ModelManifest.Classes.get -> System.Collections.Generic.IReadOnlyList<string!>!")]
    [InlineData("app/network", "RealtimeSeg.Network.Device.GlLabeller")]
    [InlineData("app/inference", "static RealtimeSeg.Inference.Segmenter.Open(string! path, RealtimeSeg.Inference.SegmenterOptions? options"
        + " = null, System.Action<string!>? report = null) -> RealtimeSeg.Inference.Segmenter!")]
    [InlineData("training/graphs", "static RealtimeSeg.Training.Autodiff.Gradients.Of(RealtimeSeg.Training.Graph.GraphBuilder! g, "
        + "RealtimeSeg.Training.Graph.Value! loss, System.Collections.Generic.IReadOnlyList<RealtimeSeg.Training.Graph.Value!>! targets)"
        + " -> System.Collections.Generic.IReadOnlyList<RealtimeSeg.Training.Graph.Value!>!")]
    public void The_public_surface_is_listed(string project, string member)
    {
        string[] lists = ["PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"];
        Assert.Contains(lists.SelectMany(l => File.ReadLines(Path.Combine(Repository.Root, project, l))), l => l == member);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Packages_have_what_a_program_needs_of_them_and_no_more()
    {
        using TemporaryFolder folder = new();
        string[] pack = ["pack", "RealtimeSeg.sln", "-c", "Release", "--no-build", "-nologo", "-v", "quiet", "-o", folder.Path];
        string gpu = $"-p:OnnxRuntimeGpu={(ExecutionProviders.GpuBuild ? "true" : "false")}";
        (int code, string output, string error) = Cli.Try("dotnet", [.. pack, gpu])!.Value;
        Assert.True(code == 0, output + error);
        string[] names = ["RealtimeSeg.Core", "RealtimeSeg.Graphs", "RealtimeSeg.Inference", "RealtimeSeg.Network"];
        string[] made = [.. Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        IEnumerable<string> expected = names.SelectMany(n => new[] { $"{n}.{BuildInfo.Version}.nupkg", $"{n}.{BuildInfo.Version}.snupkg" });
        Assert.Equal(string.Join(' ', expected), string.Join(' ', made));
        Dictionary<string, XElement> about = names.ToDictionary(n => n, n => Described(folder, n), StringComparer.Ordinal);
        Assert.Equal(names.Length, about.Values.Select(a => Text(a, "description")).Distinct(StringComparer.Ordinal).Count());

        // Versions that are pinned for all projects are named as well, by NuGet's rule: those of what Core needs.
        string onnx = ExecutionProviders.GpuBuild ? "Microsoft.ML.OnnxRuntime.Gpu" : "Microsoft.ML.OnnxRuntime";
        string[] core = ["Google.Protobuf", onnx, "OpenCvSharp4", "System.CommandLine", "System.Numerics.Tensors"];
        string[] cards = ["RealtimeSeg.Network", "Silk.NET.OpenGL", "Microsoft.Extensions.DependencyModel"];
        Same(core, about["RealtimeSeg.Core"]);
        Same([.. core, "RealtimeSeg.Core"], about["RealtimeSeg.Graphs"]);
        Same([.. core, "RealtimeSeg.Core", .. cards, "OpenCvSharp4.official.runtime.linux-x64"], about["RealtimeSeg.Inference"]);

        static void Same(string[] needs, XElement about)
            => Assert.Equal(string.Join(' ', needs.Order(StringComparer.Ordinal)), Needs(about));
    }

    /// <summary>What a package says of itself, after a look at its files.</summary>
    private static XElement Described(TemporaryFolder folder, string name)
    {
        using ZipArchive package = ZipFile.OpenRead(folder[$"{name}.{BuildInfo.Version}.nupkg"]);
        string[] files = [.. package.Entries.Select(e => e.FullName)];
        Assert.Equal(
            $"lib/net10.0/{name}.dll lib/net10.0/{name}.xml library.md",
            string.Join(' ', files.Where(f => f.StartsWith("lib", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
        using Stream spec = package.GetEntry($"{name}.nuspec")!.Open();
        XElement metadata = XDocument.Load(spec).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        Assert.Equal((name, "MIT", "library.md"), (Text(metadata, "id"), Text(metadata, "license"), Text(metadata, "readme")));
        using ZipArchive symbols = ZipFile.OpenRead(folder[$"{name}.{BuildInfo.Version}.snupkg"]);
        Assert.Contains(symbols.Entries, e => e.FullName == $"lib/net10.0/{name}.pdb");
        return metadata;
    }

    private static string Needs(XElement metadata) => string.Join(' ', metadata.Descendants()
        .Where(e => e.Name.LocalName == "dependency").Select(e => (string)e.Attribute("id")!).Order(StringComparer.Ordinal));

    private static string Text(XElement metadata, string field) => metadata.Elements().Single(e => e.Name.LocalName == field).Value;
}
