using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>What takes minutes and gigabytes: run by <c>./run.sh test --long</c> before an issue is called done.</summary>
[Trait("Set", "Long")]
public sealed class LongTests
{
    private const long GigabytesForTheLargest = 12;

    [Theory]
    [InlineData("fcn32s", "alexnet")]
    [InlineData("fcn8s", "vgg16")]
    [InlineData("deconvnet", "vgg16-fc1024")]
    [InlineData("deconvnet", "vgg16")]
    public void Whole_networks_are_exported_and_label_frames(string net, string backbone)
    {
        using TemporaryFolder folder = new();
        string model = folder["whole.onnx"];
        Succeeds("export", "--random", "--net", net, "--backbone", backbone, "--classes", "21", model);
        Succeeds("replay", "synth://", folder["last.png"], "--model", model, "--size", "224x224", "--frames", "2", "--headless");
    }

    [SkippableTheory]
    [InlineData("fcn8s", "vgg16")]
    [InlineData("deconvnet", "vgg16")]
    public void The_papers_networks_take_training_steps(string net, string backbone)
    {
        double gigabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        Skip.If(gigabytes < GigabytesForTheLargest, $"{gigabytes:F0} GB of memory, {GigabytesForTheLargest} are needed");
        string[] size = ["--classes", "21", "--batch", "1", "--crop", "224x224", "--optimizer", "sgd"];
        Succeeds(["train", "--bench", "--net", net, "--backbone", backbone, .. size]);
    }

    /// <summary>As written, but for what is missing here (a camera, other machines), with trainings and clips cut short.</summary>
    [SkippableTheory]
    [MemberData(nameof(Documented))]
    public void A_documented_command_runs(string command)
    {
        using DocumentedWorld world = new();
        string? reason = DocumentedWorld.Missing(command);
        Skip.If(reason is not null, reason);
        string[] arguments = world.Localized(command);
        (int code, string output, string error) = Cli.RunIn(world.Folder, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}\n{output}\n{error}");
    }

    public static TheoryData<string> Documented()
    {
        IEnumerable<DocumentedCommand> quick = DocumentedCommand.All().Where(c => c.CanBeTried); // models/README.md's train for hours
        return
        [
            .. quick.Select(c => string.Join('\n', c.Arguments)).Distinct(StringComparer.Ordinal).Where(c => !DocumentedWorld.IsQuick(c)),
        ];
    }

    private static void Succeeds(params string[] arguments)
    {
        (int code, string output, string error) = Cli.Run(Repository.Root, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}\n{output}\n{error}");
    }
}
