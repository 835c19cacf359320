using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>A model's classes as those of a data set, by name where both name the same things.</summary>
internal sealed class ClassMatch
{
    private const string Background = "background";
    private const int ShownPairs = 3;
    private readonly byte[]? _table;

    private ClassMatch(IReadOnlyList<string> names, byte[]? table, string? note = null) => (Names, _table, Note) = (names, table, note);

    /// <summary>The names that scores are given under.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What the user should know if classes were matched by their order, not by their names.</summary>
    public string? Note { get; }

    /// <summary>
    /// The data's classes are found in the model by name, or by a class map that leads to them; what else the model knows is background,
    /// or no class of the data's. As many classes are taken in their order if their names do not speak against it: if the model's have
    /// none, or if no name stands for another number on the other side.
    /// </summary>
    /// <param name="model">Names of the model's classes.</param>
    /// <param name="set">The data.</param>
    /// <exception cref="UserError">The model lacks a class of the data's.</exception>
    public static ClassMatch Of(IReadOnlyList<string> model, IDataset set)
    {
        IReadOnlyList<string> data = set.ClassNames;
        bool areTold = AreTold(model) && AreTold(data);
        string[] own = [.. model.Select(n => areTold ? Spelled(n) : n)], theirs = [.. data.Select(n => areTold ? Spelled(n) : n)];
        if (own.SequenceEqual(theirs, StringComparer.Ordinal)) return new ClassMatch(model, null);
        bool areUnnamed = model.Select((name, i) => (name, i)).All(c => c.name == $"class{c.i}");
        if (areUnnamed && model.Count == data.Count)
            return new ClassMatch(data, null, $"note: the model's classes have no names: they are taken in the order of {set.Name}'s");
        if (ByMap(model, set) is { } mapped) return mapped;
        string[] missing = [.. data.Where((_, k) => theirs[k] != Background && !own.Contains(theirs[k], StringComparer.Ordinal))];
        if (missing.Length == 0) return ByName(own, theirs, data);
        int moved = Array.FindIndex(theirs, name => Array.IndexOf(own, name) is >= 0 and var k && k != Array.IndexOf(theirs, name));
        if (model.Count == data.Count && moved < 0) return InOrder(model, own, theirs, set);
        string both = model.Count != data.Count
            ? $"the model has {model.Count} classes, {set.Name} {data.Count}"
            : $"'{data[moved]}' is class {Array.IndexOf(own, theirs[moved])} of the model and class {moved} of {set.Name}";
        const string Remedy = "choose the data it was trained for, or a --map; of a third-party model, --labels FILE names the classes";
        throw new UserError($"{both}, and '{missing[0]}' is none of the model's: {Remedy}");
    }

    /// <summary>A name without what spellings differ in: case, spaces and signs.</summary>
    private static string Spelled(string name)
        => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant() is { Length: > 0 } letters ? letters : name;

    /// <summary>Whether names are told apart without that: c and c++ are not.</summary>
    private static bool AreTold(IReadOnlyList<string> names)
        => names.Select(Spelled).Distinct(StringComparer.Ordinal).Count() == names.Count;

    private static ClassMatch ByName(string[] own, string[] theirs, IReadOnlyList<string> data)
    {
        byte[] table = new byte[256];
        int rest = Array.IndexOf(theirs, Background);
        Array.Fill(table, rest < 0 ? ClassMap.Ignore : (byte)rest);
        for (int k = 0; k < own.Length; k++)
        {
            int there = Array.IndexOf(theirs, own[k]);
            if (there >= 0) table[k] = (byte)there;
        }

        return new ClassMatch(data, table);
    }

    private static ClassMatch InOrder(IReadOnlyList<string> model, string[] own, string[] theirs, IDataset set)
    {
        string[] pairs = [.. model.Select((name, k) => (name, k)).Where(c => own[c.k] != theirs[c.k])
            .Select(c => $"'{c.name}' as '{set.ClassNames[c.k]}'")];
        string more = pairs.Length > ShownPairs ? $" and {pairs.Length - ShownPairs} more" : "";
        string taken = string.Join(", ", pairs.Take(ShownPairs)) + more;
        return new ClassMatch(model, null, $"note: the model's classes are taken in the order of {set.Name}'s: {taken}");
    }

    private static string MissedBy(IDataset set, string[] missing)
    {
        string more = missing.Length > ShownPairs ? $" and {missing.Length - ShownPairs} more" : "";
        string known = $"of {set.Name}'s {set.ClassNames.Count} classes the model knows {set.ClassNames.Count - missing.Length}";
        string remedy = 2 * missing.Length > set.ClassNames.Count ? "; --map voc-person compares people alone" : "";
        return $"note: {known}: nothing is labelled {string.Join(", ", missing.Take(ShownPairs))}{more}{remedy}";
    }

    /// <summary>By a class map that makes the data's classes of the model's; null if there is none.</summary>
    private static ClassMatch? ByMap(IReadOnlyList<string> model, IDataset set)
    {
        IReadOnlyList<string> data = set.ClassNames;
        foreach (string name in ClassMap.All)
        {
            ClassMap map = ClassMap.Of(model, name);
            bool finds = Enumerable.Range(0, model.Count).Any(k => map.Table[k] < data.Count && data[map.Table[k]] != Background);
            if (!finds || !map.Names.SequenceEqual(data, StringComparer.Ordinal)) continue;
            byte[] table = map.Table.ToArray();
            string[] missing = [.. data.Where((_, k) => !table.AsSpan(0, model.Count).Contains((byte)k))];
            return new ClassMatch(data, table, missing.Length == 0 ? null : MissedBy(set, missing));
        }

        return null;
    }

    /// <summary>Turns the model's labels into the data's, in place.</summary>
    public void Apply(Span<byte> labels)
    {
        if (_table is null) return;
        foreach (ref byte label in labels) label = _table[label];
    }
}
