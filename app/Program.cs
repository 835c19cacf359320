using RealtimeSeg.Commands;

NativeHeap.UseOneArena();
NativeSettings.Apply();
return CommandRunner.Run(AppCommands.Root(), args);
