using RealtimeSeg.Training.Commands;

NativeLogs.Silence();
return CommandRunner.Run(TrainerCommands.Root(), args);
