using Microsoft.AspNetCore.Http;

namespace RealtimeSeg.Web;

/// <summary>A file of the page itself, which holds nothing of the run and needs no token.</summary>
/// <param name="Path">In the address.</param>
/// <param name="Name">In the program's folder of assets.</param>
/// <param name="Type">Its MIME type.</param>
internal sealed record PageFile(string Path, string Name, string Type)
{
    public static IReadOnlyList<PageFile> All { get; } =
    [
        new("/", "index.html", "text/html; charset=utf-8"),
        new("/page.css", "page.css", "text/css; charset=utf-8"),
        new("/page.js", "page.js", "text/javascript; charset=utf-8"),
    ];

    /// <summary>Whether an address is a file's.</summary>
    public static bool IsOne(PathString path) => All.Any(f => f.Path == path.Value);

    /// <summary>The file as an answer.</summary>
    public IResult Answer() => Results.File(System.IO.Path.Combine(AppContext.BaseDirectory, "Assets", Name), Type);
}
