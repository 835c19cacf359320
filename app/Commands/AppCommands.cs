using System.CommandLine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Input;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Commands;

/// <summary>The program's commands.</summary>
public static class AppCommands
{
    private const string Head =
        "# Commands\n\nWritten by `./run.sh docs` from the tables in the programs; start each command with `./run.sh`.\n";

    private const string Cache = "Kept between runs, in `~/.cache/realtimeseg` (`$XDG_CACHE_HOME/realtimeseg`)";

    /// <summary>All of them; without a command, the main job runs.</summary>
    public static RootCommand Root()
    {
        RootCommand root = new(
            "RealtimeSeg: live video segmentation. Without a command: live from the first camera, or the bundled sample if there is none.")
        {
            RunCommand.Create(Mode.Live),
            RunCommand.Create(Mode.Replay),
            BenchCommand.Create(),
            ModelsCommand.Create(),
            InfoCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
        GroupedHelp.Use(root);
        ProgramVersion.Use(root, "rtseg");
        root.SetAction(_ => RunCommand.MainJob());
        root.Add(CommandReference.Command(Reference));
        root.Add(ManPage.Command());
        root.Add(NearestVerb());
        return root;
    }

    /// <summary>A hidden command for the launcher, which knows the verbs of both programs: the one that a word comes near.</summary>
    private static Command NearestVerb()
    {
        Argument<string> word = new("word") { Description = "A word that is no command" };
        Argument<string[]> verbs = new("verbs") { Description = "Those that there are" };
        Command command = new("nearest", "Print which command was probably meant, if any.") { word, verbs };
        command.Hidden = true;
        command.SetAction(parsed => Console.Write(Nearest.Hint(parsed.GetValue(word)!, parsed.GetValue(verbs)!)));
        return command;
    }

    /// <summary>All that can be typed, pressed and named, as Markdown for <c>docs/cli.md</c>.</summary>
    public static string Reference()
    {
        string tables = Table("Views", "| view | key | |", Views.All.Select(v => $"| `{v.Name}` | {v.Key} | {v.Help} |"))
            + Table("Keys", "| key | | on the page |", KeyTable.Rows.Select(k => $"| {k.Label} | {k.Help} | {k.Page?.Label} |"))
            + Table("Sources", "| source | names |", SourceKinds.All.Select(k => $"| {k.Help} | {Names(k.Examples)} |"))
            + Table("Outputs", "| output |", SinkKinds.All.Select(k => $"| {k.Help} |"))
            + Table("Exit codes", "| code | |", ExitCodes.Rows.Select(c => $"| {c.Code} | {c.Meaning} |"))
            + Table(Cache, "| file | |", UserCache.Contents.Select(c => $"| `{c.Name}` | {c.What} |"))
            + "\nAll of it may be deleted at any time (`rm -r ~/.cache/realtimeseg`), and is made again; `doctor --verbose` lists it. "
            + "Graphics\ndrivers keep compiled shaders by themselves, which may be deleted as well: Mesa in `~/.cache/mesa_shader_cache`, "
            + "NVIDIA's driver in\n`~/.cache/nvidia` (`$XDG_CACHE_HOME` takes the place of `~/.cache` here, too).\n";
        return Head + tables + CommandReference.Markdown(Root());
    }

    private static string Table(string title, string header, IEnumerable<string> rows)
    {
        string rule = string.Concat(header.Where(c => c == '|').Skip(1).Select(_ => "---|"));
        return $"\n## {title}\n\n{header}\n|{rule}\n{string.Join('\n', rows)}\n";
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"`{n}`"));
}
