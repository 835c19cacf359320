using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Commands;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary><c>bench</c> as a user runs it: its JSON, its sweeps and its comparison.</summary>
public sealed class BenchTests(AppModel model) : IClassFixture<AppModel>
{
    [Fact]
    [Trait("Set", "Slow")]
    public void Bench_writes_every_key_of_its_JSON_and_compares_with_an_earlier_one()
    {
        using TemporaryFolder folder = new();
        (int code, _, string error) = App("bench", "synth://3", "--frames", "5", "--json", folder["b.json"]);
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        JsonElement root = json.RootElement, stages = root.GetProperty("stages");
        Assert.Equal(5, root.GetProperty("frames").GetInt32());
        Assert.Equal("cpu", root.GetProperty("provider").GetString());
        foreach (string stage in new[] { "capture", "fit", "infer", "steady", "upload", "composite", "present" })
        {
            foreach (string key in new[] { "p50_ms", "p90_ms", "p95_ms", "p99_ms", "max_ms" })
                Assert.True(stages.GetProperty(stage).GetProperty(key).GetDouble() >= 0);
        }

        double whole = root.GetProperty("capture_to_present").GetProperty("p50_ms").GetDouble();
        Assert.True(whole > stages.GetProperty("infer").GetProperty("p50_ms").GetDouble());
        string[] figures = ["fps", "dropped", "start_ms", "managed_bytes_per_frame", "gen2_collections", "peak_rss_mb", "flicker"];
        foreach (string key in figures)
            Assert.True(root.GetProperty(key).GetDouble() >= 0, key);

        (code, string text, error) = App("bench", "synth://4", "--frames", "5", "--compare", folder["b.json"]);
        Assert.True(code == 0, error);
        string note = Assert.Single(text.Split('\n'), l => l.StartsWith("note: another", StringComparison.Ordinal));
        Assert.Equal("note: another source: synth://3 before, synth://4 now", note);
        Assert.Contains($"before: {folder["b.json"]}", text, StringComparison.Ordinal);
        Assert.Contains("read 25 frames from synth://4, 20 of them to warm up", text, StringComparison.Ordinal);
        string[] compared = [.. text.Split('\n').Where(l => l.TrimStart().StartsWith("frame period", StringComparison.Ordinal))];
        Assert.Equal(4, compared[^1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length);
    }

    /// <summary>run.sh becomes the program in the same process, perhaps after a build: here, after a shell that waits for a line.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void The_time_to_the_first_frame_does_not_count_a_shell_before_the_program()
    {
        using TemporaryFolder folder = new();
        string program = Path.Combine(Repository.Root, "app/bin/Release/net10.0/linux-x64/rtseg");
        string options = $"--frames 1 --model '{model.File}' --json '{folder["b.json"]}'";
        string replay = $"read -r line; exec '{program}' replay synth://3 null --headless {options}";
        ProcessStartInfo start = new("bash", ["-c", replay])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process run = Process.Start(start)!;
        Assert.False(run.WaitForExit(3000), "the shell did not wait");
        long began = Stopwatch.GetTimestamp();
        run.StandardInput.WriteLine();
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        double took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        Assert.InRange(json.RootElement.GetProperty("start_ms").GetDouble(), 1, took);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_sweep_measures_every_combination_of_its_axes()
    {
        using TemporaryFolder folder = new();
        string[] axes = ["--sweep", "size=160x120,96x64", "--sweep", "threads=1,2"];
        string[] files = ["--csv", folder["b.csv"], "--markdown", folder["b.md"], "--plot", folder["b.png"], "--json", folder["b.json"]];
        (int code, string text, string error) = App(["bench", "synth://3", "--frames", "4", .. axes, .. files]);
        Assert.True(code == 0, error);
        Assert.Contains("capture to present", text, StringComparison.Ordinal);
        Assert.Equal(5, File.ReadAllLines(folder["b.csv"]).Length);
        Assert.Equal(6, File.ReadAllLines(folder["b.md"]).Length);
        Assert.Contains("size 96x64 threads 2", File.ReadAllText(folder["b.csv"]), StringComparison.Ordinal);
        using Mat plot = Cv2.ImRead(folder["b.png"]);
        Assert.Equal(new Size(1000, 760), plot.Size());
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        Assert.Equal(4, json.RootElement.GetArrayLength());
    }

    /// <summary>A provider that takes another file of the pair would be praised, or blamed, for the file.</summary>
    [Theory]
    [InlineData("gl", "a", "cpu", "a-int8", "\nmodels: gl: a; cpu: a-int8 (--precision float takes the same)")]
    [InlineData("a", "a", "b threads 2", "b", "")]
    [InlineData("threads 1", "a", "threads 2", "a", "")]
    public void A_sweep_over_files_that_its_names_do_not_tell_names_them(string one, string a, string two, string b, string expected)
        => Assert.Equal(expected, BenchTable.Models([(one, a), (two, b)]));

    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("on", 16)]
    [InlineData("off", 32)]
    public void What_shaders_store_is_told(string half, int bits)
    {
        using TemporaryFolder folder = new();
        string[] shaders = ["--provider", "gl", "--gl-half", half, "--size", "64x64"];
        (int code, string text, string error) = App(["bench", "synth://3", "--frames", "2", .. shaders, "--json", folder["b.json"]]);
        Assert.True(code == 0, error);
        Assert.Contains($"on gl in {bits} bits", text, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        Assert.Equal(bits, json.RootElement.GetProperty("gl_bits").GetInt32());
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_suite_measures_every_model_and_number_of_threads_and_compares_integers_with_floats()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["m"]);
        foreach (string name in new[] { "net.onnx", "net-int8.onnx", "other.onnx" }) File.Copy(model.File, folder[$"m/{name}"]);
        string[] files = ["--csv", folder["b.csv"], "--markdown", folder["b.md"], "--plot", folder["b.png"], "--json", folder["b.json"]];
        string[] suite = ["bench", "synth://3", "--suite", "--model", folder["m"], "--precision", "auto"];
        (int code, string text, string error) = Cli.RunIn(folder.Path, [.. suite, "--size", "96x64", "--frames", "2", .. files]);
        Assert.True(code == 0, error);
        string[] threads = Environment.ProcessorCount > 1 ? ["1", "2"] : ["1"];
        string[][] rows = [.. File.ReadAllLines(folder["b.csv"]).Skip(1).Select(l => l.Split(','))];
        Assert.Equal("net net-int8 other", string.Join(' ', rows.Where(r => r[2] == "1").Select(r => r[0])));
        Assert.Equal(3 * threads.Length, rows.Length);
        Assert.All(rows, r => Assert.Equal("96×64", r[1]));
        Assert.All(rows, r => Assert.Equal(r[0] == "net-int8", r[7].Length > 0)); // how many times as long the floats take
        Assert.All(rows, r => Assert.Equal("1.00", r[9]));
        Assert.Equal(rows.Length + 2, File.ReadAllLines(folder["b.md"]).Length);
        Assert.DoesNotContain("no GPU provider", text, StringComparison.Ordinal); // nobody asked for one
        using Mat plot = Cv2.ImRead(folder["b.png"]);
        Assert.Equal(new Size(1000, 600), plot.Size());
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        foreach (JsonElement c in json.RootElement.EnumerateArray())
        {
            Assert.Equal(2, c.GetProperty("figures").GetProperty("frames").GetInt32());
            JsonElement measured = c.GetProperty("figures").GetProperty("model"); // not the faster file of its pair
            Assert.Equal(c.GetProperty("model").GetString(), measured.GetProperty("name").GetString());
        }
    }

    /// <summary>Shaders run where images are drawn: figures name the schedule that this leaves, and what went to the GPU.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_bench_in_shaders_tells_how_it_ran()
    {
        using TemporaryFolder folder = new();
        string[] options = ["--provider", "gl", "--schedule", "pipelined", "--size", "64x48", "--frames", "3", "--json", folder["g.json"]];
        (int code, _, string error) = App(["bench", "synth://3", .. options]);
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["g.json"]));
        JsonElement root = json.RootElement;
        Assert.Equal("gl", root.GetProperty("provider").GetString());
        Assert.Equal("ahead", root.GetProperty("schedule").GetString());
        Assert.Equal(1, root.GetProperty("uploads_per_frame").GetDouble());
        Assert.Equal(0, root.GetProperty("readbacks_per_frame").GetDouble());
    }

    /// <summary>Of whatever draws here: a share of its ceiling, which no network reaches.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_roofline_sets_a_networks_kernels_against_the_ceiling()
    {
        using TemporaryFolder folder = new();
        string[] options = ["--roofline", "--model", model.File, "--size", "160x120", "--gl-half", "on", "--csv", folder["r.csv"]];
        (int code, string text, string error) = Cli.RunIn(folder.Path, ["bench", .. options]);
        Assert.True(code == 0, error);
        Assert.Contains("random.onnx at 160×120 in 16 bits on ", text, StringComparison.Ordinal);
        string[][] rows = [.. File.ReadAllLines(folder["r.csv"]).Skip(1).Select(l => l.Split(','))];
        Assert.Equal("the whole network", rows[0][0]);
        Assert.Contains("convolution", rows.Select(r => r[0]), StringComparer.Ordinal);
        int Number(string text) => int.Parse(text.TrimEnd('%', ' '), CultureInfo.InvariantCulture);
        Assert.Equal(Number(rows[0][1]), rows.Skip(1).Sum(r => Number(r[1])));
        Assert.InRange(Number(rows[0][5]), 1, 99);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_race_of_tiles_names_a_winner_of_each_kind_and_leaves_a_driver_in_software_its_own()
    {
        using TemporaryFolder folder = new();
        string[] options = ["--race-tiles", "--model", model.File, "--size", "64x48", "--csv", folder["r.csv"]];
        (int code, string text, string error) = Cli.RunIn(folder.Path, ["bench", .. options]);
        Assert.True(code == 0, error);
        Assert.Contains("a driver in software keeps its own tiles", text, StringComparison.Ordinal);
        string[][] rows = [.. File.ReadAllLines(folder["r.csv"]).Skip(1).Select(l => l.Split(','))];
        foreach (IGrouping<string, string[]> kind in rows.GroupBy(r => r[0], StringComparer.Ordinal))
        {
            string[] won = Assert.Single(kind, r => r[3] == "wins");
            double Time(string[] row) => double.Parse(row[2], CultureInfo.InvariantCulture);
            Assert.Equal(kind.Min(Time), Time(won));
            Assert.True(kind.Count() > 4, kind.Key);
        }
    }

    /// <summary>What can be measured is.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_suite_leaves_out_what_cannot_be_run()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["m"]);
        File.Copy(model.File, folder["m/net.onnx"]);
        File.WriteAllText(folder["m/broken.onnx"], "no model");
        string[] small = ["--size", "96x64", "--threads", "1", "--frames", "2", "--csv", folder["b.csv"]];
        (int code, _, string error) = Cli.RunIn(folder.Path, ["bench", "synth://3", "--suite", "--model", folder["m"], .. small]);
        Assert.Equal(CommandRunner.IncompleteCode, code);
        Assert.Contains("warning: left out at 96×64: ", error, StringComparison.Ordinal);
        Assert.Contains("broken.onnx", error, StringComparison.Ordinal);
        Assert.StartsWith("net,96×64,1,", File.ReadAllLines(folder["b.csv"])[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void PyTorch_is_timed_where_it_is_installed_and_asked_for_where_it_is_not()
    {
        bool installed = Cli.Try("python3", "-c", "import torch") is { Code: 0 };
        (int code, string text, string error) = App("bench", "synth://3", "--frames", "2", "--size", "96x64", "--torch");
        if (installed) Assert.Matches(@"PyTorch \d\S*, fcn4s, 96×64, \d+ threads: \d+\.\d ms, \d+\.\d × \w+'s \d+\.\d ms", text);
        else Assert.Matches("^error: --torch: .*apt-get install python3-torch\n$", error);
        Assert.Equal(installed ? 0 : CommandRunner.UserErrorCode, code);
    }

    /// <summary>Not only the configuration that is being measured.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public async Task A_signal_ends_a_whole_sweep()
    {
        string[] arguments = ["synth://", "--verbose", "--sweep", "threads=1,2,3"];
        (int code, string text, string error) = await StoppedAsync(arguments, at: "of a lost context");
        Assert.Equal(1, text.Split("— ").Length - 1);
        Assert.Matches("warning: threads 1: [0-9]+ frames measured until a signal stopped it", error);
        Assert.Contains("warning: a signal stopped the sweep: 1 of 3 configurations were measured", error, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    /// <summary>The first configuration comes to the end of the images, the second to the signal.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public async Task A_signal_is_no_reason_for_what_ended_before_it()
    {
        using TemporaryFolder folder = new();
        WriteImages(folder, 24);
        string[] sizes = ["--sweep", "size=64x64,1280x960"]; // seconds for the second
        (_, _, string error) = await StoppedAsync([folder.Path, "--frames", "300", .. sizes], at: "— size 1280x960");
        Assert.Matches("^warning: size 64x64: 4 of 300 frames measured: the source ended", error);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_bench_of_fewer_frames_than_asked_for_says_so()
    {
        using TemporaryFolder folder = new();
        WriteImages(folder, 30);
        (int code, _, string error) = App("bench", folder.Path, "--frames", "300");
        Assert.Equal(CommandRunner.IncompleteCode, code);
        Assert.Matches("^warning: .*: 10 of 300 frames measured: the source ended", error); // after 20 of warm-up
    }

    private static void WriteImages(TemporaryFolder folder, int count)
    {
        using Mat grey = new(48, 64, MatType.CV_8UC3, Scalar.Gray);
        for (int i = 0; i < count; i++) Cv2.ImWrite(folder[$"{i:D3}.png"], grey);
    }

    /// <summary>A bench that gets a signal when it has said something.</summary>
    private async Task<(int Code, string Out, string Error)> StoppedAsync(string[] arguments, string at)
    {
        string program = Path.Combine(Repository.Root, "app/bin/Release/net10.0/linux-x64/rtseg");
        ProcessStartInfo start = new(program, ["bench", .. arguments, "--model", model.File])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process run = Process.Start(start)!;
        Task<string> error = run.StandardError.ReadToEndAsync();
        string text = "";
        while (!text.Contains(at, StringComparison.Ordinal)) text += $"{await run.StandardOutput.ReadLineAsync()}\n";
        Cli.Try("kill", "-TERM", run.Id.ToString(CultureInfo.InvariantCulture));
        Task<string> rest = run.StandardOutput.ReadToEndAsync();
        bool ended = run.WaitForExit(50_000);
        if (!ended) run.Kill(entireProcessTree: true);
        Assert.True(ended, "it goes on");
        return (run.ExitCode, text + await rest, await error);
    }

    private (int Code, string Out, string Error) App(params string[] arguments)
        => Cli.Run(Repository.Root, [.. arguments, "--model", model.File]);
}
