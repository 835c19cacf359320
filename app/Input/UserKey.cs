using RealtimeSeg.Graphics;

namespace RealtimeSeg.Input;

/// <summary>What can be asked for with a key.</summary>
public enum UserKey
{
    Quit,
    Pause,
    Still,
    MoreOpacity,
    LessOpacity,
    Hud,
    Refine,
    NextView,
    Step,
    SeekBack,
    SeekForward,
    Slower,
    Faster,
    Solo,
    Help,
    Fullscreen,
    NextModel,

    /// <summary>A click on the picture.</summary>
    Pick,

    /// <summary>The first of eight that follow one another, one for each <see cref="View"/>.</summary>
    FirstView,
    LastView = FirstView + 7,
}
