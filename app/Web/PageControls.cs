using RealtimeSeg.Input;

namespace RealtimeSeg.Web;

/// <summary>The page's buttons, from the rows of <see cref="Graphics.Views"/> and <see cref="KeyTable"/>; <c>ui.json</c>.</summary>
/// <param name="Views">In the order of <c>POST /view/N</c>, N from 1.</param>
/// <param name="Commands">For <c>POST /do/NAME</c>.</param>
internal sealed record PageControls(IReadOnlyList<PageControls.Button> Views, IReadOnlyList<PageControls.Button> Commands)
{
    public static PageControls FromTables { get; } = new(
        [.. Graphics.Views.All.Select(v => new Button(v.Name, v.Name, $"{v.Help} ({v.Key})"))],
        [.. KeyTable.Rows.Where(r => r.Page is not null).Select(r => new Button(r.Page!.Name, r.Page.Label, $"{r.Help} ({r.Label})"))]);

    /// <param name="Name">Of the view or the command.</param>
    /// <param name="Label">Text on the button.</param>
    /// <param name="Help">What it does, and its key in the window.</param>
    public sealed record Button(string Name, string Label, string Help);
}
