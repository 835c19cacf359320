namespace RealtimeSeg.Graphics.Hud;

/// <summary>How much of it lies over the picture.</summary>
public enum HudDetail
{
    None,

    /// <summary>Figures and the graph of frame times.</summary>
    Figures,

    /// <summary>The class legend with each class's share, too: on a small picture it covers a good part.</summary>
    Full,
}
