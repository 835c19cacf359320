using RealtimeSeg.Training.Commands;

NativeSettings.Apply();
return CommandRunner.Run(TrainerCommands.Root(), args);
