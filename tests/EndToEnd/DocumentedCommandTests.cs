using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>Commands of the pages that take seconds, as written but for the length of clips; what trains first is a long test.</summary>
[Trait("Set", "Slow")]
public sealed class DocumentedCommandTests
{
    [Theory]
    [MemberData(nameof(Quick))]
    public void A_documented_command_runs(string command)
    {
        using DocumentedWorld world = new();
        string[] arguments = world.Localized(command);
        (int code, string output, string error) = Cli.RunIn(world.Folder, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}\n{output}\n{error}");
    }

    public static TheoryData<string> Quick() =>
    [
        .. DocumentedCommand.All().Where(c => c.CanBeTried).Select(c => string.Join('\n', c.Arguments))
            .Distinct(StringComparer.Ordinal).Where(DocumentedWorld.IsQuick),
    ];
}
