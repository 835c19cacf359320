using RealtimeSeg.Commands;

NativeSettings.Apply();
NativeHeap.UseOneArena();
return CommandRunner.Run(AppCommands.Root(), args);
