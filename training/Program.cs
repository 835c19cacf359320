using System.CommandLine;
using RealtimeSeg.Training.Commands;

NativeLogs.Silence();
RootCommand root = new("RealtimeSeg trainer: builds FCNs as ONNX graphs, trains them with ONNX Runtime, exports them for the app.")
{
    TrainCommand.Create(),
    EvalCommand.Create(),
    ExportCommand.Create(),
    QuantizeCommand.Create(),
    ConvertCommand.Create(),
    DataCommand.Create(),
};
return CommandRunner.Run(root, args);
