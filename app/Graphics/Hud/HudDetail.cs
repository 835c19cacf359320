namespace RealtimeSeg.Graphics.Hud;

/// <summary>How much of the HUD lies over the image.</summary>
public enum HudDetail
{
    None,

    /// <summary>Figures and the graph of frame times.</summary>
    Figures,

    /// <summary>Also the class legend with each class's share, which covers much of a small image.</summary>
    Full,
}
