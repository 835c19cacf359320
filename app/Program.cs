using RealtimeSeg.Commands;

NativeSettings.Apply();
return CommandRunner.Run(AppCommands.Root(), args);
