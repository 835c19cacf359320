using System.CommandLine;

namespace RealtimeSeg.Commands;

/// <summary>The program's commands.</summary>
public static class AppCommands
{
    /// <summary>All of them; without a command, the main job runs.</summary>
    public static RootCommand Root()
    {
        RootCommand root = new(
            "RealtimeSeg: live video segmentation. Without a command: live from the first camera, or the bundled sample if there is none.")
        {
            RunCommand.Create(Mode.Live),
            RunCommand.Create(Mode.Replay),
            BenchCommand.Create(),
            DoctorCommand.Create(),
        };
        root.SetAction(_ => RunCommand.MainJob());
        return root;
    }
}
