using System.CommandLine;
using RealtimeSeg.Tests.Benchmarks;
using RealtimeSeg.Tests.Fuzz;
using RealtimeSeg.Tests.House;
using RealtimeSeg.Tests.Mutation;
using RealtimeSeg.Tests.Support;

// The tests themselves are started by dotnet test.
NativeSettings.Apply();
RootCommand root = FuzzCommand.Root();
root.Add(MutationCommand.Create());
root.Add(BenchmarkCommand.Create());
root.Add(MatteCommand.Create());
root.Add(NoticesCommand.Create());
root.Add(SwappedModels.Command());
return CommandRunner.Run(root, args);
