using System.Diagnostics;
using System.Globalization;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>A run whose OpenGL context is lost, as users have it: with and without a window.</summary>
public sealed class LostContextTests
{
    private const string Street = "app/Assets/street.mp4";

    /// <summary>For the whole test, however slow the machine is; each step waits for its effect.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [SkippableTheory]
    [Trait("Set", "Slow")]
    [InlineData("cpu", false)]
    [InlineData("gl", false)]
    [InlineData("cpu", true)]
    [InlineData("gl", true)]
    public void A_replay_writes_what_it_writes_without_a_loss(string provider, bool window)
    {
        string? missing = window ? VirtualDisplay.Missing : null;
        Skip.If(missing is not null, $"{missing} is not installed: apt-get install {missing}");
        using VirtualDisplay? display = window ? new() : null;
        using TemporaryFolder folder = new();
        (int Code, string Out, string Error) Run(string name, string losses, bool shown)
        {
            // Only without outputs there is a window. Smoothing by shaders begins again, so that there is none.
            string[] outputs = window ? [] : [folder[$"{name}.mp4"], folder[$"{name}-%06d.png"]];
            string[] options = ["--masks", folder[name], "--frames", "20", "--size", "160x96", "--provider", provider, "--smooth", "0"];
            Dictionary<string, string?> variables = new(StringComparer.Ordinal) { [ForcedLosses.Variable] = losses };
            if (shown) variables["DISPLAY"] = display!.Name;
            return Cli.RunWith(variables, ["replay", Street, .. outputs, .. options]);
        }

        (int code, string text, string error) = Run("lost", "12", window);
        Assert.True(code == 0, error);
        Assert.Contains("the OpenGL context was lost after ", error, StringComparison.Ordinal);
        Assert.Contains("no frame is lost", error, StringComparison.Ordinal);
        Assert.Contains(window ? "GLFW window" : "EGL headless", text, StringComparison.Ordinal);
        Assert.Equal(0, Run("whole", "", shown: false).Code);
        string[] masks = [.. Directory.GetFiles(folder["whole"]).Select(f => Path.GetFileName(f))];
        Assert.Equal(20, masks.Length);
        foreach (string mask in masks) Assert.Equal(File.ReadAllBytes(folder[$"whole/{mask}"]), File.ReadAllBytes(folder[$"lost/{mask}"]));
        if (window) return;
        // Images byte by byte; what an encoder makes of them is not the same in every run on a busy machine.
        Assert.Equal(Media.Times(folder["whole.mp4"]), Media.Times(folder["lost.mp4"]));
        string[] images = [.. Directory.GetFiles(folder.Path, "whole-*.png")];
        Assert.Equal(20, images.Length);
        foreach (string image in images)
            Assert.Equal(File.ReadAllBytes(image), File.ReadAllBytes(image.Replace("whole-", "lost-", StringComparison.Ordinal)));
    }

    /// <summary>GLFW has no context without its window: a new one takes its place.</summary>
    [SkippableFact]
    [Trait("Set", "Slow")]
    public async Task The_window_is_where_it_was_and_shows_what_it_did()
    {
        Skip.If(VirtualDisplay.Missing is not null, $"{VirtualDisplay.Missing} is not installed: apt-get install {VirtualDisplay.Missing}");
        using CancellationTokenSource deadline = new(Patience);
        using VirtualDisplay display = new();
        using Process program = Start(display, every: 40);
        try
        {
            string Window() => display.Do("search", "--sync", "--onlyvisible", "--name", "RealtimeSeg").Split('\n')[0];
            string Geometry(string id) => string.Join(' ', display.Do("getwindowgeometry", id).Split('\n').Skip(1));
            async Task NextLossAsync()
            {
                string? line;
                do line = await program.StandardError.ReadLineAsync(deadline.Token);
                while (line?.Contains("was lost", StringComparison.Ordinal) == false);
            }

            await NextLossAsync(); // by then the window has the image's size
            // It may go at any moment: what is asked of it is asked again until it is there.
            await UntilAsync(() => display.Do("windowsize", "--sync", Window(), "1000", "375"), deadline.Token);
            await UntilAsync(() => display.Do("windowmove", "--sync", Window(), "70", "50"), deadline.Token);
            string before = "", after = "";
            await UntilAsync(() => before = Geometry(Window()), deadline.Token);
            string old = Window();
            await NextLossAsync();
            await UntilAsync(() => Assert.False(old == Window(), "it is the same window"), deadline.Token);
            await UntilAsync(() => after = Geometry(Window()), deadline.Token);
            Assert.Contains("1000x375", after, StringComparison.Ordinal);
            Assert.Equal(before, after);
            display.Do("windowfocus", "--sync", Window());
            display.Do("key", "Escape");
            await program.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, program.ExitCode);
        }
        finally
        {
            if (!program.HasExited) program.Kill(entireProcessTree: true);
        }
    }

    private static async Task UntilAsync(Action done, CancellationToken deadline)
    {
        while (true)
        {
            deadline.ThrowIfCancellationRequested();
            try
            {
                done();
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or Xunit.Sdk.XunitException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), deadline); // leaves the cores to the program
            }
        }
    }

    private static Process Start(VirtualDisplay display, int every)
    {
        ProcessStartInfo start = new("bash", ["./run.sh", "replay", Street, "--loop", "-1", "--size", "160x96"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DISPLAY"] = display.Name;
        start.Environment.Remove("WAYLAND_DISPLAY");
        IEnumerable<string> looks = Enumerable.Range(1, 500).Select(i => (i * every).ToString(CultureInfo.InvariantCulture));
        start.Environment[ForcedLosses.Variable] = string.Join(',', looks);
        return Process.Start(start)!;
    }
}
