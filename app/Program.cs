using System.CommandLine;
using RealtimeSeg.Commands;

NativeLogs.Silence();
RootCommand root = new("RealtimeSeg: live video segmentation. Without a command: live from the first camera, or the bundled sample where there is none.")
{
    RunCommand.Create(Mode.Live),
    RunCommand.Create(Mode.Replay),
    BenchCommand.Create(),
    DoctorCommand.Create(),
};
root.SetAction(_ => RunCommand.MainJob());
return CommandRunner.Run(root, args);
