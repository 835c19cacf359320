namespace RealtimeSeg.Graphics;

/// <summary>Ways to show a labelled picture, in the order of the keys 1 to 8.</summary>
public enum View
{
    /// <summary>Class colours over the picture.</summary>
    Overlay,

    /// <summary>Class colours alone.</summary>
    Mask,

    /// <summary>Outlines of the classes.</summary>
    Edges,

    /// <summary>Picture and overlay side by side.</summary>
    Split,

    /// <summary>Everything but the foreground blurred.</summary>
    Blur,

    /// <summary>The foreground before another picture or colour.</summary>
    Replace,

    /// <summary>The foreground alone.</summary>
    CutOut,

    /// <summary>How sure the network is.</summary>
    Heat,
}
