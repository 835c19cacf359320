using RealtimeSeg.Commands;

NativeLogs.Silence();
return CommandRunner.Run(AppCommands.Root(), args);
