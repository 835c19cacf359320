using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What invocations of convolutions make, and how that is found out, on a CPU that pretends to be a card.</summary>
public sealed class TileRaceTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly Driver Card = new("Test GPU", "4.6");

    [Trait("Set", "Slow")]
    [Fact]
    public void What_wins_is_kept_for_its_driver_and_used()
    {
        using TemporaryFolder folder = new();
        using EglContext context = new();
        string cache = folder["tiles.json"];
        List<string> lines = [];
        NetworkPlan plan = NetworkPlan.Of(new NetworkFile(OnnxFile.Read(model.File)), 64, 48, null);
        KernelTiles Win() => TileRace.Winner(context.Gl, Card, plan, half: false, lines.Add, cache, CancellationToken.None);
        Assert.Null(TileRace.Kept(Card, false, cache));
        KernelTiles won = Win();
        Assert.StartsWith("tiles: 1×1 convolution ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(won, TileRace.Kept(Card, false, cache));
        Assert.Equal(won, Win()); // kept: no other line
        Assert.Single(lines);
        Assert.Null(TileRace.Kept(Card, true, cache));
        Assert.Null(TileRace.Kept(Card with { Version = "4.7" }, false, cache));
        Assert.Equal(won, new ShaderModel(null!, null, false, d => TileRace.Kept(d, false, cache)).TilesFor(Card));
    }

    /// <summary>A tile that is none would make shaders that no driver takes.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("{")]
    [InlineData("[1, 2]")]
    [InlineData("{\"Test GPU, 4.6, 32 bits\": {\"Product\": {\"Pixels\": 4, \"Blocks\": 2}}}")]
    [InlineData("{\"Test GPU, 4.6, 32 bits\": {\"Product\": {\"Pixels\": 0, \"Blocks\": 2}, \"Dense\": {\"Pixels\": 4, \"Blocks\": 2}, "
        + "\"Depthwise\": {\"Pixels\": 4, \"Blocks\": 1}, \"Transposed\": {\"Pixels\": 4, \"Blocks\": 2}}}")]
    public void A_broken_or_foreign_cache_is_ignored_and_rewritten(string text)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["tiles.json"], text);
        Assert.Null(TileRace.Kept(Card, false, folder["tiles.json"]));
        using Segmenter shaders = Segmenter.Load(model.File, new SegmenterOptions("gl", Size: (64, 48)), _ => { });
        List<string> lines = [];
        using TileSearch? search = TileSearch.Begin(Card, shaders, false, lines.Add, folder["tiles.json"]);
        search!.Join();
        Assert.StartsWith("tiles: 1×1 convolution ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.NotNull(TileRace.Kept(Card, false, folder["tiles.json"]));
        Assert.Null(TileSearch.Begin(Card, shaders, false, lines.Add, folder["tiles.json"])); // known
    }

    [Fact]
    public void A_file_that_cannot_be_read_any_more_is_no_reason_to_end()
    {
        using Segmenter cpu = model.Load((64, 48));
        using TemporaryFolder folder = new();
        Assert.NotEmpty(ProviderRace.Key(Card, cpu, model.File, null));
        UserError e = Assert.Throws<UserError>(() => ProviderRace.Key(Card, cpu, folder["gone.onnx"], null)); // for which the CPU goes on
        Assert.StartsWith($"cannot read {folder["gone.onnx"]}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_in_software_is_not_raced_and_keeps_its_tiles()
    {
        using TemporaryFolder folder = new();
        Driver software = new("llvmpipe (LLVM 15.0.6, 256 bits)", "4.5");
        using Segmenter shaders = Segmenter.Load(model.File, new SegmenterOptions("gl", Size: (64, 48)), _ => { });
        Assert.Null(TileSearch.Begin(software, shaders, false, _ => { }, folder["tiles.json"]));
        Assert.Equal(KernelTiles.Software, software.Style(false).Tiles);
        Assert.Equal(KernelTiles.Integrated, new Driver("Mesa Intel(R) Xe Graphics", "4.6").Style(false).Tiles);
        Assert.Equal(KernelTiles.Discrete, new Driver("Mesa Intel(R) Arc(tm) A770 Graphics", "4.6").Style(false).Tiles);
        Assert.Equal(KernelTiles.Discrete, Card.Style(false).Tiles);
    }

    /// <summary>A driver compiles a kernel of 32×32 sums for minutes.</summary>
    [Fact]
    public void Tiles_that_are_too_much_for_a_compiler_are_not_sound()
    {
        IEnumerable<KernelTiles> known = [KernelTiles.Software, KernelTiles.Integrated, KernelTiles.Discrete, .. KernelTiles.Others];
        Assert.All(known.SelectMany(k => k.All), t => Assert.True(t.IsSound, $"{t}"));
        Assert.True(new Tile(32, 4).IsSound);
        Assert.All([new Tile(32, 5), new Tile(5, 32), new Tile(32, 32), new Tile(33, 1)], t => Assert.False(t.IsSound, $"{t}"));
        using TemporaryFolder folder = new();
        foreach ((int blocks, bool serves) in ((int, bool)[])[(2, true), (32, false)])
        {
            string tile = $$"""{ "Pixels": 32, "Blocks": {{blocks}} }""", small = """{ "Pixels": 4, "Blocks": 2 }""";
            string tiles = $$"""{ "Product": {{tile}}, "Dense": {{small}}, "Depthwise": {{small}}, "Transposed": {{small}} }""";
            File.WriteAllText(folder["tiles.json"], $$"""{ "Test GPU, 4.6, 32 bits": {{tiles}} }""");
            Assert.Equal(serves, TileRace.Kept(Card, false, folder["tiles.json"]) is not null);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 3)] // 3 + 3, not 4 + 2
    [InlineData(8, 4)]
    [InlineData(18, 3)]
    [InlineData(10, 4)]
    public void A_tile_takes_a_block_less_where_fewer_are_made_in_vain(int blocks, int expected)
        => Assert.Equal(expected, new Tile(20, 4).BlocksFor(blocks));
}
