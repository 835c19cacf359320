namespace RealtimeSeg.Graphics;

/// <summary>A way to show a labelled frame: one row of <see cref="Views"/>. Rows are compared by reference.</summary>
/// <param name="name">On the command line and the page, in lower case.</param>
/// <param name="key">The character on its key, in upper case.</param>
/// <param name="help">One line for <c>--view</c> and the page.</param>
public sealed class View(string name, char key, string help)
{
    public string Name => name;

    public char Key => key;

    public string Help => help;

    /// <summary>Its fragment shader, which includes <c>view.glsl</c>.</summary>
    public string Shader => $"views/{name}.frag";

    /// <summary>Passes that run before it, each of which may sample the result of the one before; the view samples the last.</summary>
    public IReadOnlyList<PrePass> PrePasses { get; init; } = [];

    /// <summary>Whether it samples <c>backdrop</c>: the image or colour behind the foreground.</summary>
    public bool ShowsBackdrop { get; init; }

    /// <summary>Whether it reads <c>transparent</c>: leaves the background transparent in files with an alpha channel.</summary>
    public bool CanBeTransparent { get; init; }

    /// <summary>Whether its class colours lie over the image: at the opacity, and weaker where the network is unsure.</summary>
    public bool Washes { get; init; }

    /// <summary>Whether it reads the image between its pixels: at another size, or blurred.</summary>
    public bool Resamples { get; init; }

    /// <summary>Whether it puts the foreground on another background, and so needs the matte.</summary>
    public bool Separates { get; init; }

    /// <summary>A uniform that no other view has; null if there is none.</summary>
    public OwnUniform? Own { get; init; }

    /// <summary>Uniforms that its shader must use: it is refused without them.</summary>
    public IEnumerable<string> Required
    {
        get
        {
            if (Own is { } own) yield return own.Name;
            if (CanBeTransparent) yield return "transparent";
        }
    }

    /// <summary>
    /// Point of the frame that is shown at a point of the view. Both are shares of width and height from the top left; a result outside
    /// 0–1 is beside the frame.
    /// </summary>
    public Func<float, float, (float U, float V)> ToFrame { get; init; } = (u, v) => (u, v);

    public override string ToString() => name;
}

/// <summary>A pass at reduced size before a view, with the same uniforms as views, and <c>strength</c>.</summary>
/// <param name="Shader">Its fragment shader.</param>
/// <param name="Sampler">The sampler by which what follows reads its result.</param>
/// <param name="Divisor">The frame's width and height are divided by this.</param>
public sealed record PrePass(string Shader, string Sampler, int Divisor);

/// <summary>A pair of numbers that only one view reads.</summary>
/// <param name="Name">Of the uniform.</param>
/// <param name="Value">Its value, given the frame's place in the target.</param>
public sealed record OwnUniform(string Name, Func<Placement, (float X, float Y)> Value);
