using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>What libraries do behind the user's back.</summary>
public sealed class PrivacyTests(AppModel model) : IClassFixture<AppModel>
{
    /// <summary>Where it collects what it sends, it leaves an identifier of the machine and a database in the user's cache.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("replay", "synth://", "last.png", "--frames", "2", "--headless", "--model", Model)]
    [InlineData("eval", Model, "--data", "synth")]
    public void Onnx_runtime_collects_nothing_to_send_home(params string[] command)
    {
        using TemporaryFolder home = new();
        command = [.. command.Select(word => word switch { Model => model.File, "last.png" => home[word], _ => word })];
        string[] asAUser = ["-u", "CI", "ORT_DISABLE_TELEMETRY=0", $"HOME={home.Path}", $"XDG_CACHE_HOME={home[".cache"]}"];
        (int code, string output, string error) = Cli.Try("env", [.. asAUser, "bash", "./run.sh", .. command])!.Value;
        Assert.True(code == 0, $"{output}\n{error}");
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(home.Path, "*", SearchOption.AllDirectories),
            e => e.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase));
    }

    private const string Model = "MODEL";
}
