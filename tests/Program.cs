using RealtimeSeg.Tests.Fuzz;

// The tests themselves are started by dotnet test.
NativeLogs.Silence();
return CommandRunner.Run(FuzzCommand.Root(), args);
