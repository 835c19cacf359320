using RealtimeSeg.Input;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>
/// Where the list of keys stands in a window, and where that leaves the image: side by side, so that neither covers the other. A lower
/// window has the views beside the keys, a small one a smaller font.
/// </summary>
internal sealed record KeyListLayout
{
    /// <summary>In units of the font's size: where a key's help and a view's name begin, and the widths of the list.</summary>
    public const float Help = 4.4f, ViewName = 1.5f, OneColumn = 17.5f, TwoColumns = 24.5f;

    /// <summary>Smallest size of the font that can be read, in pixels, and how fast it shrinks to fit.</summary>
    private const float Smallest = 8, Step = 0.5f;

    /// <summary>Most of the window's width that the list takes, unless it could not be read; and then.</summary>
    private const float Share = 0.36f, LargestShare = 0.7f;

    /// <summary>Size of the window in pixels.</summary>
    public required (int Width, int Height) Window { get; init; }

    public required float FontSize { get; init; }

    /// <summary>Whether the views stand below the keys, rather than beside them.</summary>
    public required bool IsOneColumn { get; init; }

    /// <summary>Of the list.</summary>
    public required Placement Column { get; init; }

    /// <summary>Width in pixels of what is left for the image.</summary>
    public int Room => Column.X;

    /// <summary>The layout for a window, which has at least a pixel each way.</summary>
    public static KeyListLayout Of((int Width, int Height) window)
    {
        for (float size = HudPen.SizeFor(window.Height); size >= Smallest; size -= Step)
        {
            foreach (bool one in (ReadOnlySpan<bool>)[true, false])
            {
                (float width, float height) = SizeOf(size, one);
                if (width <= Share * window.Width && height <= window.Height) return New(window, size, one);
            }
        }

        (float unitWidth, float unitHeight) = SizeOf(1, one: false);
        float most = Math.Min(LargestShare * window.Width / unitWidth, window.Height / unitHeight);
        return New(window, Math.Clamp(most, 1, Smallest), isOneColumn: false);
    }

    private static KeyListLayout New((int Width, int Height) window, float size, bool isOneColumn)
    {
        (float width, float height) = SizeOf(size, isOneColumn);
        int w = Math.Clamp((int)width, 1, Math.Max(1, window.Width)), h = Math.Clamp((int)height, 1, Math.Max(1, window.Height));
        return new KeyListLayout
        {
            Window = window,
            FontSize = size,
            IsOneColumn = isOneColumn,
            Column = new Placement(Math.Max(0, window.Width - w), (window.Height - h) / 2, w, h),
        };
    }

    private static (float Width, float Height) SizeOf(float size, bool one)
    {
        int rows = one ? KeyTable.Rows.Count + Views.All.Count : Math.Max(KeyTable.Rows.Count, Views.All.Count);
        using HudPen pen = new(size);
        return (size * (one ? OneColumn : TwoColumns), pen.HeightOf(rows) + 1);
    }
}
