using System.Diagnostics;
using System.Net.Sockets;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>The program starts again in its own process, so that native code has one heap.</summary>
public sealed class OneHeapTests(AppModel model) : IClassFixture<AppModel>
{
    private const string Variable = "MALLOC_ARENA_MAX";

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(null, "1")]
    [InlineData("3", "3")]
    public async Task Native_code_has_one_heap_unless_the_user_wants_more(string? set, string found)
    {
        using TemporaryFolder folder = new();
        string program = Path.Combine(Repository.Root, "app/bin/Release/net10.0/linux-x64/rtseg");
        // What the first start was given reaches the second, spaces and letters beyond ASCII too.
        string[] command = ["bench", "synth://", "--verbose", "--json", folder["größe 1.json"], "--model", model.File];
        ProcessStartInfo start = new(program, command) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Remove(Variable);
        if (set is not null) start.Environment[Variable] = set;
        using Process run = Process.Start(start)!;
        try
        {
            string? line;
            do line = await run.StandardOutput.ReadLineAsync();
            while (line is not null && !line.Contains("a signal ends", StringComparison.Ordinal));
            Assert.NotNull(line);
            string[] environment = (await File.ReadAllTextAsync($"/proc/{run.Id}/environ")).Split('\0');
            Assert.Single(environment, v => v == $"{Variable}={found}");
            string[] words = (await File.ReadAllTextAsync($"/proc/{run.Id}/cmdline")).Split('\0');
            Assert.Equal(command, words[1..^1]);
            // By its name ps and pkill find it, by its socket .NET's tools do: one that nobody listens on would be in their way.
            Assert.Equal("rtseg\n", await File.ReadAllTextAsync($"/proc/{run.Id}/comm"));
            string[] sockets = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{run.Id}-*-socket");
            using Socket tool = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await tool.ConnectAsync(new UnixDomainSocketEndPoint(Assert.Single(sockets)));
        }
        finally
        {
            run.Kill(entireProcessTree: true);
        }
    }
}
