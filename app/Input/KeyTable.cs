namespace RealtimeSeg.Input;

/// <summary>One thing that a user can ask for.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Label">Its keys as the list of keys names them.</param>
/// <param name="Help">One line for the list of keys and the page.</param>
/// <param name="Codes">GLFW's key codes (US layout); none for a click.</param>
public sealed record KeyRow(UserKey Action, string Label, string Help, params IReadOnlyList<int> Codes)
{
    /// <summary>Its command and button on the page; null if the page may not ask for it.</summary>
    public PageCommand? Page { get; init; }
}

/// <summary>A button of the page: <c>POST /do/NAME</c>.</summary>
/// <param name="Name">In the address.</param>
/// <param name="Label">On the button.</param>
public sealed record PageCommand(string Name, string Label);

/// <summary>
/// Every request of the user, one row each: the window's keys, the list that F1 shows and the page's commands and buttons are read from
/// here, in this order. The keys of the views are in the table of views.
/// </summary>
public static class KeyTable
{
    // https://www.glfw.org/docs/3.3/group__keys.html; keys with a character have its upper-case ASCII code.
    private const int Escape = 256, Tab = 258, Right = 262, Left = 263, F1 = 290, KeypadSubtract = 333, KeypadAdd = 334;

    public static IReadOnlyList<KeyRow> Rows { get; } =
    [
        // The page has no file access and cannot end the program.
        new(UserKey.NextView, "V", "next view", 'V'),
        new(UserKey.Pause, "space", "pause or resume", ' ') { Page = new("pause", "pause") },
        new(UserKey.Step, ".", "one frame, then pause", '.') { Page = new("step", "one frame") },
        new(UserKey.SeekBack, "←", "5 s back", Left) { Page = new("back", "−5 s") },
        new(UserKey.SeekForward, "→", "5 s forward", Right) { Page = new("forward", "+5 s") },
        new(UserKey.Slower, "[", "slower", '['),
        new(UserKey.Faster, "]", "faster", ']'),
        new(UserKey.LessOpacity, "−", "paler class colours", '-', KeypadSubtract) { Page = new("less", "paler") },
        new(UserKey.MoreOpacity, "+", "stronger class colours", '=', KeypadAdd) { Page = new("more", "stronger") },
        new(UserKey.Refine, "R", "refine the mask's edges", 'R') { Page = new("refine", "refine") },
        new(UserKey.Solo, "Tab", "next class alone", Tab) { Page = new("solo", "one class") },
        new(UserKey.Pick, "click", "this class alone"),
        new(UserKey.Hud, "H", "less over the image", 'H') { Page = new("hud", "figures") },
        new(UserKey.NextModel, "M", "next model", 'M') { Page = new("model", "next model") },
        new(UserKey.Fullscreen, "F", "full screen", 'F'),
        new(UserKey.Still, "S", "save a still", 'S'),
        new(UserKey.Help, "F1", "this list", F1),
        new(UserKey.Quit, "Esc, Q", "quit", Escape, 'Q'),
    ];

    /// <summary>The action of a page's command; null if there is no such command.</summary>
    public static UserKey? ByPageCommand(string name) => Rows.FirstOrDefault(r => r.Page?.Name == name)?.Action;
}
