using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>The window as users have it: on a display, with keys, mouse, resizing and closing. The page's figures show effects.</summary>
public sealed class WindowTests
{
    /// <summary>For the whole test, however slow the machine is; each step waits for its effect.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [SkippableFact]
    [Trait("Set", "Slow")]
    public async Task Keys_clicks_resizing_and_closing_take_effect()
    {
        Skip.If(VirtualDisplay.Missing is not null, $"{VirtualDisplay.Missing} is not installed: apt-get install {VirtualDisplay.Missing}");
        using CancellationTokenSource deadline = new(Patience);
        using VirtualDisplay display = new();
        using Process program = Start(display);
        try
        {
            Uri page = await PageOf(program, deadline.Token);
            Task<string> rest = program.StandardOutput.ReadToEndAsync(deadline.Token);
            using HttpClient client = new() { BaseAddress = page };
            Task Until(Func<JsonElement, bool> isSo, string what) => ReachedAsync(client, isSo, what, deadline.Token);
            await Until(s => s.GetProperty("frames").GetInt64() > 0, "a first frame");
            string window = display.Do("search", "--sync", "--onlyvisible", "--name", "RealtimeSeg").Split('\n')[0];
            display.Do("windowfocus", "--sync", window);

            display.Do("key", "2");
            await Until(s => s.GetProperty("view").GetString() == "mask", "the mask after 2");
            display.Do("key", "Tab");
            await Until(s => s.GetProperty("solo").GetString() == "sky", "the first class alone after Tab");
            display.Do("key", "space");
            await Until(s => s.GetProperty("paused").GetBoolean(), "a pause after space");

            // The road is where the car goes: low in the middle, also in a window twice as wide as the image.
            Click(display, window, 1280 / 2, 690);
            await Until(s => s.GetProperty("solo").GetString() == "road", "the road alone after a click on it");
            display.Do("windowsize", "--sync", window, "1000", "375");
            Click(display, window, 20, 200); // beside the image
            display.Do("key", "1"); // two keys after each other: the program has seen the button up again
            await Until(s => s.GetProperty("view").GetString() == "overlay", "the overlay after 1");
            display.Do("key", "2");
            await Until(s => s.GetProperty("view").GetString() == "mask", "the mask after another 2");
            Click(display, window, 500, 350);
            await Until(s => s.GetProperty("solo").ValueKind == JsonValueKind.Null, "all classes after another click on the road");

            display.Do("key", "Escape");
            await program.WaitForExitAsync(deadline.Token);
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

    private static Process Start(VirtualDisplay display)
    {
        ProcessStartInfo start = new("bash", ["./run.sh", "replay", "--loop", "-1", "--http", "127.0.0.1:0"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DISPLAY"] = display.Name;
        start.Environment.Remove("WAYLAND_DISPLAY");
        return Process.Start(start)!;
    }

    /// <summary>The page's address, which the program prints.</summary>
    private static async Task<Uri> PageOf(Process program, CancellationToken deadline)
    {
        _ = program.StandardError.ReadToEndAsync(deadline);
        while (await program.StandardOutput.ReadLineAsync(deadline) is { } line)
        {
            int at = line.IndexOf("http://", StringComparison.Ordinal);
            if (at >= 0) return new Uri(line[at..]);
        }

        throw new InvalidOperationException("the program ended without serving its page");
    }

    /// <summary>Waits until the figures show an effect.</summary>
    private static async Task ReachedAsync(HttpClient client, Func<JsonElement, bool> isSo, string what, CancellationToken deadline)
    {
        JsonElement last = default;
        try
        {
            while (true)
            {
                using HttpResponseMessage answer = await client.GetAsync("/stats.json", deadline);
                if (answer.StatusCode == HttpStatusCode.OK) last = await answer.Content.ReadFromJsonAsync<JsonElement>(deadline);
                if (last.ValueKind == JsonValueKind.Object && isSo(last)) return;
                await Task.Delay(TimeSpan.FromMilliseconds(50), deadline); // leaves the cores to the program
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{what} did not come within {Patience.TotalMinutes} min: {last}");
        }
    }
}
