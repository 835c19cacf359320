using System.Diagnostics;
using System.Net;
using System.Text.Json;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>The window as a user has it: on a display, with keys, mouse, resizing and closing. What became of them is read from the page's figures.</summary>
public sealed class WindowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task Keys_clicks_resizing_and_closing_do_what_they_say()
    {
        Skip.If(VirtualDisplay.Missing is not null, $"{VirtualDisplay.Missing} is not installed: apt-get install {VirtualDisplay.Missing}");
        using VirtualDisplay display = new();
        ProcessStartInfo start = new("bash", ["./run.sh", "replay", "--loop", "-1", "--http", "127.0.0.1:0"]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DISPLAY"] = display.Name;
        start.Environment.Remove("WAYLAND_DISPLAY");
        using Process program = Process.Start(start)!;
        try
        {
            Uri page = await PageOf(program);
            Task<string> rest = program.StandardOutput.ReadToEndAsync();
            using HttpClient client = new() { BaseAddress = page };
            await Until(client, s => s.GetProperty("frames").GetInt64() > 0, "a first frame");
            string window = display.Do("search", "--sync", "--onlyvisible", "--name", "RealtimeSeg").Split('\n')[0];
            display.Do("windowfocus", "--sync", window);

            display.Do("key", "2");
            await Until(client, s => s.GetProperty("view").GetString() == "mask", "the mask after 2");
            display.Do("key", "Tab");
            await Until(client, s => s.GetProperty("solo").GetString() == "sky", "the first class alone after Tab");
            display.Do("key", "space");
            await Until(client, s => s.GetProperty("paused").GetBoolean(), "a pause after space");

            // The road is where the car goes: low in the middle, also in a window twice as wide as the picture.
            Click(display, window, 480 / 2, 340);
            await Until(client, s => s.GetProperty("solo").GetString() == "road", "the road alone after a click on it");
            display.Do("windowsize", "--sync", window, "1000", "375");
            Click(display, window, 20, 200); // beside the picture
            Click(display, window, 500, 350);
            await Until(client, s => s.GetProperty("solo").ValueKind == JsonValueKind.Null, "all classes after another click on the road");

            display.Do("key", "Escape");
            Assert.True(program.WaitForExit(Patience), "it runs on after Escape");
            Assert.Equal(0, program.ExitCode);
            Assert.Contains("capture to present", await rest, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            if (!program.HasExited) program.Kill(entireProcessTree: true);
        }
    }

    private static void Click(VirtualDisplay display, string window, int x, int y)
        => display.Do("mousemove", "--sync", "--window", window, $"{x}", $"{y}", "click", "1");

    /// <summary>The page's address, which the program prints.</summary>
    private static async Task<Uri> PageOf(Process program)
    {
        _ = program.StandardError.ReadToEndAsync();
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            const string Before = "the live image is at ";
            if (line.StartsWith(Before, StringComparison.Ordinal)) return new Uri(line[Before.Length..]);
        }

        throw new InvalidOperationException("the program ended without serving its page");
    }

    private static async Task Until(HttpClient client, Func<JsonElement, bool> isSo, string what)
    {
        JsonElement last = default;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Patience; await timer.WaitForNextTickAsync())
        {
            using HttpResponseMessage answer = await client.GetAsync("/stats.json");
            if (answer.StatusCode != HttpStatusCode.OK) continue;
            using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            last = document.RootElement.Clone();
            if (isSo(last)) return;
        }

        Assert.Fail($"{what} did not come within {Patience.TotalSeconds} s: {last}");
    }
}
