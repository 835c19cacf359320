using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace RealtimeSeg.Tests.House;

/// <summary>
/// What <c>./run.sh docs</c> calls for <c>docs/THIRD-PARTY-NOTICES.md</c>: the packages of the lock files with what each says of itself.
/// </summary>
internal static class NoticesCommand
{
    private const string Head = """
        # Third-party notices

        Written by `./run.sh docs` from the lock files and from what each package says of itself. RealtimeSeg itself is under the MIT
        licence (`LICENSE`); the models that ship have a note of their own, [models/README.md](../models/README.md). A release contains the
        licence files that the packages have, in `share/doc/rtseg/licences/`; the texts of the others are at https://spdx.org/licenses.

        OpenCvSharp's native library contains OpenCV (Apache License 2.0) and FFmpeg's libraries (LGPL 2.1 or later); it is a file of its
        own beside the programs, `libOpenCvSharpExtern.so`, that can be exchanged. The ffmpeg program, GLFW, Mesa, GTK and the fonts are the
        distribution's own packages, and not contained.

        """;

    private const string Columns = "| package | version | licence | copyright |\n|---|---|---|---|\n";

    public static Command Create()
    {
        Command command = new("notices", "Print docs/THIRD-PARTY-NOTICES.md.");
        command.SetAction(_ => Console.Out.Write(Page()
            ?? throw new UserError("a package of the lock files is not in NuGet's cache: build first, without -p:OnnxRuntimeGpu=true")));
        return command;
    }

    /// <summary>The page; null if a package is not in the cache.</summary>
    public static string? Page()
    {
        (RestoredPackage Package, XElement? Metadata)[] all = [.. RestoredPackage.All().Select(p => (p, p.Metadata()))];
        if (Array.Exists(all, p => p.Metadata is null)) return null;
        StringBuilder page = new(Head);
        Append(page, "In the programs", all.Where(p => !p.Package.IsForTests && !IsForBuilds(p.Metadata!)));
        page.Append("""

            A release contains .NET itself, too, in the version that `dotnet` builds with: Microsoft.NETCore.App.Runtime.linux-x64 and
            Microsoft.AspNetCore.App.Runtime.linux-x64, MIT, © .NET Foundation and Contributors.

            """);
        Append(page, "For builds alone", all.Where(p => !p.Package.IsForTests && IsForBuilds(p.Metadata!)));
        Append(page, "For tests alone", all.Where(p => p.Package.IsForTests));
        return page.ToString();
    }

    private static void Append(StringBuilder page, string title, IEnumerable<(RestoredPackage Package, XElement? Metadata)> packages)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{Columns}");
        foreach ((RestoredPackage p, XElement? about) in packages)
            page.Append(CultureInfo.InvariantCulture, $"| {p.Name} | {p.Version} | {Licence(about!)} | {Owner(about!)} |\n");
    }

    /// <summary>Analyzers and compilers say so themselves.</summary>
    private static bool IsForBuilds(XElement about) => Text(about, "developmentDependency") == "true";

    /// <summary>An SPDX expression, a file within the package, or an address.</summary>
    private static string Licence(XElement about)
    {
        string text = Text(about, "license");
        bool isFile = about.Elements().Any(e => e.Name.LocalName == "license" && (string?)e.Attribute("type") == "file");
        return text.Length == 0 ? Text(about, "licenseUrl") : isFile ? $"`{text}` in the package" : text;
    }

    private static string Owner(XElement about)
    {
        string text = Text(about, "copyright");
        return (text.Length > 0 ? text : Text(about, "authors")).Replace("|", "\\|", StringComparison.Ordinal);
    }

    /// <summary>A field on one line.</summary>
    private static string Text(XElement about, string field) => string.Join(' ',
        ((string?)about.Elements().FirstOrDefault(e => e.Name.LocalName == field) ?? "")
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
