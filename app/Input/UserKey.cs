namespace RealtimeSeg.Input;

/// <summary>Requests of a user, by key, click or page. <see cref="KeyTable"/> has a row for each but <see cref="View"/>.</summary>
public enum UserKey
{
    Quit,
    Pause,
    Step,
    SeekBack,
    SeekForward,
    Slower,
    Faster,
    MoreOpacity,
    LessOpacity,
    Refine,
    Solo,

    /// <summary>A click on the image.</summary>
    Pick,
    NextModel,
    Fullscreen,
    Still,
    Hud,
    Help,
    NextView,

    /// <summary>One view of the table of views, whose rows hold their keys.</summary>
    View,
}
