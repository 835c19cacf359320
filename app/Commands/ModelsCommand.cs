using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary><c>models</c>: what comes with the program.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        Command command = new("models", "List the models that come with the program, by the names that --model takes.");
        command.SetAction(_ => Print());
        return command;
    }

    private static int Print()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("name").AddColumn("classes").AddColumn("trained at");
        table.AddColumn(new TableColumn("weights").RightAligned()).AddColumn(new TableColumn("MB").RightAligned());
        foreach (string name in Bundled.Names) table.AddRow(Row(name, Bundled.ModelOf(name)));
        AnsiConsole.Write(table);
        Console.WriteLine("street is the faster one of street and street-int8; 'info NAME' tells more");
        return 0;
    }

    private static string[] Row(string name, string file)
    {
        ModelManifest m = ModelManifest.Parse(OnnxFile.Read(file).Metadata, file);
        string some = Text($"{m.Classes.Count} ({m.Classes[0]}, {m.Classes[1]}…)");
        string classes = m.Classes.Count > 3 ? some : string.Join(", ", m.Classes);
        string size = Text($"{m.Size.Width}×{m.Size.Height}");
        return [name, classes, size, Text($"{m.Parameters / 1e6:F1} M"), Text($"{new FileInfo(file).Length / 1e6:F1}")];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
