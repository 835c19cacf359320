using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>A model's classes as those of a data set, by name where both name the same things.</summary>
internal sealed class ClassMatch
{
    private const string Background = "background";
    private readonly byte[]? _table;

    private ClassMatch(IReadOnlyList<string> names, byte[]? table) => (Names, _table) = (names, table);

    /// <summary>The names that scores are given under.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// As many classes are taken as they come, unless they have the same names in another order. Of other numbers, the data's classes are
    /// found in the model by name, or by a class map that leads to them; what else the model knows is background, or no class of the
    /// data's.
    /// </summary>
    /// <param name="model">Names of the model's classes.</param>
    /// <param name="set">The data.</param>
    /// <exception cref="UserError">The model lacks a class of the data's.</exception>
    public static ClassMatch Of(IReadOnlyList<string> model, IDataset set)
    {
        IReadOnlyList<string> data = set.ClassNames;
        bool areSame = model.Order(StringComparer.Ordinal).SequenceEqual(data.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        bool areInOrder = !areSame || model.SequenceEqual(data, StringComparer.Ordinal);
        bool areUnnamed = model.Select((name, i) => (name, i)).All(c => c.name == $"class{c.i}");
        if (model.Count == data.Count && areInOrder) return new ClassMatch(areUnnamed ? data : model, null);
        if (ByMap(model, data) is { } mapped) return mapped;
        string[] missing = [.. data.Where(name => name != Background).Except(model, StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            string both = $"the model has {model.Count} classes, {set.Name} {data.Count}";
            string remedy = "choose the data it was trained for, or a --map; of a third-party model, --labels FILE names the classes";
            throw new UserError($"{both}, and '{missing[0]}' is none of the model's: {remedy}");
        }

        byte[] table = new byte[256];
        int rest = data.ToList().IndexOf(Background);
        Array.Fill(table, rest < 0 ? ClassMap.Ignore : (byte)rest);
        for (int k = 0; k < model.Count; k++)
        {
            int there = data.ToList().IndexOf(model[k]);
            if (there >= 0) table[k] = (byte)there;
        }

        return new ClassMatch(data, table);
    }

    /// <summary>By a class map that makes the data's classes of the model's; null if there is none.</summary>
    private static ClassMatch? ByMap(IReadOnlyList<string> model, IReadOnlyList<string> data)
    {
        foreach (string name in ClassMap.All)
        {
            ClassMap map = ClassMap.Of(model, name);
            bool finds = Enumerable.Range(0, model.Count).Any(k => map.Table[k] < data.Count && data[map.Table[k]] != Background);
            if (finds && map.Names.SequenceEqual(data, StringComparer.Ordinal)) return new ClassMatch(data, map.Table.ToArray());
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
