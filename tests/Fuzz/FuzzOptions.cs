using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RealtimeSeg.Commands;
using RealtimeSeg.Training.Commands;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>Random command lines from the programs' own tables of options.</summary>
internal static partial class FuzzOptions
{
    private const int MostOptions = 6;

    private static readonly string[] Values =
    [
        "", " ", "0", "1", "-1", "2", "0.5", "1e308", "-1e-320", "NaN", "Infinity", "-Infinity", "2147483648", "99999999999999999999",
        "64x96", "31x31", "0x0", "1,2,3", "1,,", ",", "on", "off", "none", "#102030", "#zzzzzz", "é漢", "a=b", "size=64x64",
        "../in/i.png", "../in/labels.txt", "x.csv", "x/y/z.json", "%06d", "\u001b[31m", "synth", "127.0.0.1:0", "[::1]:0", "-", "'", "\\",
    ];

    /// <summary>Reading alone, of every command that has options.</summary>
    public static IReadOnlyList<FuzzTarget> InProcess { get; } =
    [
        Pipeline(Mode.Live), Pipeline(Mode.Replay), Pipeline(Mode.Bench),
        Table("bench options", new BenchOptions(), BenchOptions.Rows),
        Table("train options", new TrainSettings(), TrainOptions.Rows),
        Table("eval options", new EvalSettings(), EvalCommand.Rows),
        Table("export options", new ExportSettings(), ExportCommand.Rows),
        Table("quantize options", new QuantizeSettings(), QuantizeCommand.Rows),
        Table("convert options", new ConvertSettings(), ConvertCommand.Rows),
    ];

    /// <summary>Random options with values that suit them, or not; as words with zeros between them.</summary>
    /// <param name="command">Whose options.</param>
    /// <param name="r">Decides.</param>
    /// <param name="without">Options that the caller gives.</param>
    public static byte[] Line(Command command, Random r, params string[] without)
    {
        Option[] all = [.. command.Options.Where(o => !without.Contains(o.Name, StringComparer.Ordinal))];
        List<string> words = [];
        for (int i = r.Next(MostOptions); i >= 0; i--)
        {
            Option option = all[r.Next(all.Length)];
            words.Add(option.Name);
            if (option.ValueType != typeof(bool) || r.Next(10) == 0) words.Add(Value(option, r));
        }

        return Encoding.UTF8.GetBytes(string.Join('\0', words));
    }

    /// <summary>The words of a line.</summary>
    public static string[] Words(byte[] line) => Encoding.UTF8.GetString(line).Split('\0');

    private static string Value(Option option, Random r)
    {
        string[] named = [.. HelpWords().Matches(option.Description ?? "").Select(m => m.Value)];
        if (named.Length > 0 && r.Next(3) == 0) return named[r.Next(named.Length)];
        return r.Next(4) == 0 ? ((r.NextDouble() - 0.2) * 100).ToString(CultureInfo.InvariantCulture) : Values[r.Next(Values.Length)];
    }

    private static FuzzTarget Pipeline(Mode mode)
    {
        PipelineOptions options = new(mode);
        Command command = new(mode.Name);
        options.AddTo(command);
        return Reading($"{mode.Name} options", command, parsed => options.Read(parsed));
    }

    private static FuzzTarget Table<T>(string name, T defaults, IEnumerable<OptionRow<T>> rows)
    {
        OptionTable<T> options = new(defaults, rows);
        Command command = new("program");
        options.AddTo(command);
        return Reading(name, command, parsed => options.Read(parsed));
    }

    private static FuzzTarget Reading(string name, Command command, Action<ParseResult> read) => new(
        name,
        (_, r) => Line(command, r),
        (_, line) =>
        {
            ParseResult parsed = command.Parse(Words(line));
            if (parsed.Errors.Count == 0) read(parsed);
        });

    [GeneratedRegex("\\b[a-z][\\w-]+", RegexOptions.None, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex HelpWords();
}
