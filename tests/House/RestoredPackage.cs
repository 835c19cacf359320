using System.Text.Json;
using System.Xml.Linq;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.House;

/// <summary>A package that a build of this project restores, as the lock files name it.</summary>
/// <param name="Name">Its identifier.</param>
/// <param name="Version">The version that is locked.</param>
/// <param name="IsForTests">Whether only the tests use it.</param>
internal sealed record RestoredPackage(string Name, string Version, bool IsForTests)
{
    private static readonly string[] Programs = ["app", "app/core", "app/network", "app/inference", "training", "training/graphs"];

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<RestoredPackage> All()
    {
        HashSet<(string Name, string Version)> ship = [.. Programs.SelectMany(Locked)];
        return
        [
            .. ship.Concat(Locked("tests")).Distinct().Select(p => new RestoredPackage(p.Name, p.Version, !ship.Contains(p)))
                .OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version, StringComparer.Ordinal),
        ];
    }

    /// <summary>What the package says of itself; null if it is not in the cache, as after another build than the usual one.</summary>
    public XElement? Metadata()
    {
        string id = Name.ToLowerInvariant();
        string file = Path.Combine(Cache(), id, Version.ToLowerInvariant(), $"{id}.nuspec");
        return File.Exists(file) ? XDocument.Load(file).Root!.Elements().Single(e => e.Name.LocalName == "metadata") : null;
    }

    private static string Cache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static IEnumerable<(string Name, string Version)> Locked(string project)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, project, "packages.lock.json")));
        return
        [
            .. file.RootElement.GetProperty("dependencies").EnumerateObject()
                .SelectMany(target => target.Value.EnumerateObject())
                .Where(p => p.Value.TryGetProperty("resolved", out _))
                .Select(p => (p.Name, p.Value.GetProperty("resolved").GetString()!)),
        ];
    }
}
