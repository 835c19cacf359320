using System.Reflection;
using NetArchTest.Rules;

namespace RealtimeSeg.Tests.House;

/// <summary>The folders of a program and what each may use, from a table in <c>docs/design.md</c>.</summary>
/// <param name="assemblies">The compiled program, and the library that was cut out of it: walls reach across the cut.</param>
/// <param name="root">Its root namespace; a folder is the part after it.</param>
/// <param name="allowed">By folder, the folders that it may use.</param>
internal sealed class Walls(Assembly[] assemblies, string root, IReadOnlyDictionary<string, string[]> allowed)
{
    /// <summary>Reads the table whose header starts with the given words.</summary>
    public static Walls Read(Assembly[] assemblies, string root, IEnumerable<string> page, string header)
    {
        Dictionary<string, string[]> allowed = new(StringComparer.Ordinal);
        IEnumerable<string> table = page.SkipWhile(l => !l.StartsWith($"| {header} |", StringComparison.Ordinal));
        foreach (string row in table.Skip(2).TakeWhile(l => l.StartsWith('|')))
        {
            string[] cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            allowed[cells[0]] = [.. cells[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(f => f != "–")];
        }

        return new Walls(assemblies, root, allowed);
    }

    /// <summary>The folders that the table lists.</summary>
    public IReadOnlyCollection<string> Listed => [.. allowed.Keys];

    /// <summary>The same walls with another row for a folder: a violation planted on purpose.</summary>
    public Walls With(string folder, params string[] mayUse)
        => new(assemblies, root, new Dictionary<string, string[]>(allowed, StringComparer.Ordinal) { [folder] = mayUse });

    /// <summary>The same walls without a folder's row.</summary>
    public Walls Without(string folder)
        => new(assemblies, root, allowed.Where(a => a.Key != folder).ToDictionary(StringComparer.Ordinal));

    /// <summary>Every breach in one line: unlisted folders, uses that the table does not allow, and folders that need each other.</summary>
    public IReadOnlyList<string> Breaches()
    {
        string[] folders = [.. Folders().Order(StringComparer.Ordinal)];
        List<string> breaches = [.. folders.Where(f => !allowed.ContainsKey(f)).Select(f => $"folder {f} is not listed")];
        Dictionary<string, string[]> uses = new(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            uses[folder] = [.. folders.Where(other => other != folder && Users(folder, other).Any())];
            string[] may = allowed.GetValueOrDefault(folder, uses[folder]);
            foreach (string other in uses[folder].Except(may, StringComparer.Ordinal))
                breaches.Add($"{folder} uses {other}: {string.Join(", ", Users(folder, other))}");
        }

        breaches.AddRange(Cycles(uses));
        return breaches;
    }

    /// <summary>Folders that need each other: those on a way back to themselves.</summary>
    internal static IEnumerable<string> Cycles(IReadOnlyDictionary<string, string[]> uses)
        => uses.Keys.Where(f => Reached(uses, f).Contains(f)).Select(f => $"{f} needs itself through {string.Join(", ", uses[f])}");

    private IEnumerable<string> Folders() => assemblies.SelectMany(a => a.GetTypes()).Select(t => t.Namespace)
        .Where(n => n is not null && n.StartsWith(root + ".", StringComparison.Ordinal))
        .Select(n => n![(root.Length + 1)..].Split('.')[0]).Distinct(StringComparer.Ordinal);

    /// <summary>Types of a folder that use another folder.</summary>
    private IEnumerable<string> Users(string folder, string other) => Types.InAssemblies(assemblies)
        .That().ResideInNamespaceMatching($"^{root}\\.{folder}(\\.|$)").And().HaveDependencyOn($"{root}.{other}")
        .GetTypes().Select(t => t.Name);

    /// <summary>All folders on a way from one.</summary>
    private static HashSet<string> Reached(IReadOnlyDictionary<string, string[]> uses, string from)
    {
        HashSet<string> reached = new(StringComparer.Ordinal);
        Queue<string> open = new(uses[from]);
        while (open.TryDequeue(out string? next))
        {
            if (!reached.Add(next)) continue;
            foreach (string further in uses[next]) open.Enqueue(further);
        }

        return reached;
    }
}
