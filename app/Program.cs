using RealtimeSeg.Commands;

NativeLogs.Silence();
NativeHeap.GiveBackWhatIsFreed();
return CommandRunner.Run(AppCommands.Root(), args);
