using System.CommandLine;

namespace RealtimeSeg.Training.Commands;

/// <summary>The trainer's command line.</summary>
public static class TrainerCommands
{
    /// <summary>Every verb with its arguments and options.</summary>
    public static RootCommand Root()
    {
        RootCommand root = new(
            "RealtimeSeg trainer: builds networks as ONNX graphs, trains them with ONNX Runtime, exports them for the app.")
        {
            TrainCommand.Create(),
            EvalCommand.Create(),
            ExportCommand.Create(),
            QuantizeCommand.Create(),
            ConvertCommand.Create(),
            DataCommand.Create(),
            CommandReference.Command(Reference),
        };
        ProgramVersion.Use(root, "rtseg-train");
        return root;
    }

    /// <summary>All verbs as Markdown for <c>docs/cli.md</c>.</summary>
    public static string Reference() => CommandReference.Markdown(Root());
}
