using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Images from the GPU (or from Mesa, which stands in for one) against the same arithmetic done here.</summary>
public sealed class RenderingTests
{
    private static readonly int[] Palette = [0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00];

    private static readonly RenderOptions Plain = new() { Hud = HudDetail.None, Refine = false };

    [Theory]
    [InlineData(64, 48, 64, 48, 0.5f)]
    [InlineData(64, 48, 64, 48, 0f)]
    [InlineData(65, 47, 33, 25, 1f)]
    [InlineData(200, 100, 50, 25, 0.7f)]
    public void Overlay_equals_the_reference(int width, int height, int maskWidth, int maskHeight, float opacity)
    {
        using FrameSlot slot = Slot(width, height, maskWidth, maskHeight);
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, Plain with { Opacity = opacity });
        renderer.Upload(slot);
        renderer.Compose(() => default, 0);
        using Mat expected = Reference(slot, opacity), actual = ToBgr(renderer);
        AssertSimilar(expected, actual, $"overlay-{width}x{height}-{opacity}");
    }

    /// <summary>Columns in black and white, at half their size: a pixel is the mean of two, in a split and in a smaller target.</summary>
    [Theory]
    [InlineData("split", 64)]
    [InlineData("overlay", 128)]
    public void An_image_that_is_scaled_is_read_between_its_pixels(string view, int width)
    {
        using FrameSlot striped = Slot(width, width * 3 / 4, 64, 48);
        Span<byte> pixels = striped.Image.AsSpan<byte>(); // three a pixel, an even number of pixels a row
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i / 3 % 2 * 255);
        using EglContext context = new();
        RenderOptions options = Plain with { Opacity = 0, View = Views.Parse(view), OutputWidth = 64, OutputHeight = 48 };
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, options);
        renderer.Upload(striped);
        renderer.Compose(() => default, 0);
        Assert.InRange(renderer.Pixels()[((24 * 64) + 20) * 4], 110, 145);
    }

    /// <summary>
    /// Colours that lie over the image are weaker where the network is unsure, and a matte is softer; colours that stand for classes stay.
    /// </summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("overlay", true)]
    [InlineData("split", true)]
    [InlineData("mask", false)]
    [InlineData("edges", false)]
    [InlineData("replace", true)]
    public void Doubt_shows_where_colours_lie_over_the_image(string view, bool shows)
    {
        using FrameSlot slot = Slot(64, 48, 64, 48);
        using EglContext context = new();
        RenderOptions options = Plain with { View = Views.Parse(view), Opacity = 1 };
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, options);
        byte[] Drawn(int confidence)
        {
            slot.Confidence.SetTo(new Scalar(confidence));
            renderer.Upload(slot);
            renderer.Compose(() => default, 0);
            return renderer.Pixels().ToArray();
        }

        Assert.Equal(shows, !Drawn(255).AsSpan().SequenceEqual(Drawn(0)));
    }

    [Fact]
    public void After_a_rehearsal_the_first_frame_is_drawn_as_ever()
    {
        using FrameSlot blank = Slot(64, 48, 64, 48), first = Slot(200, 100, 50, 25);
        using EglContext context = new();
        RenderOptions options = Plain with { Hud = HudDetail.Full };
        string[] classes = ["a", "b", "c", "d"];
        using Renderer renderer = new(context.Gl, classes, Palette, options), other = new(context.Gl, classes, Palette, options);
        HudText text = new(30, 30, 40, 30, 0, "network", new FrameStats());
        renderer.Rehearse(blank, () => text);
        Assert.Null(renderer.Target);
        foreach (Renderer r in new[] { renderer, other })
        {
            r.Upload(first);
            r.Compose(() => text, 1); // a nanosecond later: the panel's text is not held back either
        }

        Assert.Equal((200, 100), (renderer.Target!.Width, renderer.Target.Height));
        Assert.Equal(other.Pixels(), renderer.Pixels());
        Assert.Equal(other.Shares, renderer.Shares);
    }

    [Fact]
    public void The_first_row_is_the_top_of_the_image()
    {
        using FrameSlot slot = Slot(32, 32, 32, 32);
        slot.Image.SetTo(Scalar.Black);
        using (Mat top = slot.Image.Row(0)) top.SetTo(Scalar.White);
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, Plain with { Opacity = 0 });
        renderer.Upload(slot);
        renderer.Compose(() => default, 0);
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        Assert.Equal(255, pixels[0]);
        Assert.Equal(0, pixels[31 * 32 * 4]);
    }

    [Fact]
    public void The_HUD_changes_only_its_corner_and_less_of_it_without_the_legend()
    {
        using FrameSlot slot = Slot(640, 480, 160, 120);
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, Plain);
        renderer.Upload(slot);
        renderer.Compose(() => default, 1);
        byte[] without = renderer.Pixels().ToArray();
        int full = Changed(HudDetail.Full, 320), figures = Changed(HudDetail.Figures, 120);
        Assert.True(figures > 5000 && full > figures * 3 / 2, $"{figures} pixels changed, {full} with the legend");

        int Changed(HudDetail detail, int bottom)
        {
            renderer.Hud = detail;
            renderer.Compose(() => new HudText(30, 20, 40, 20, 0, "street on cpu", new FrameStats()), 2);
            ReadOnlySpan<byte> with = renderer.Pixels();
            int changed = 0;
            for (int y = 0; y < 480; y++)
            {
                for (int x = 0; x < 640; x++)
                {
                    int at = ((y * 640) + x) * 4;
                    if (with.Slice(at, 4).SequenceEqual(without.AsSpan(at, 4))) continue;
                    changed++;
                    Assert.True(x < 320 && y < bottom, $"({x}, {y}) changed");
                }
            }

            return changed;
        }
    }

    /// <summary>In a small image the figures are one row, and of many classes those that are seen are listed.</summary>
    [Fact]
    public void The_HUD_of_a_small_image_is_small()
    {
        using FrameSlot slot = Slot(320, 240, 160, 120);
        slot.Labels.SetTo(new Scalar(7));
        using EglContext context = new();
        string[] classes = [.. Enumerable.Range(0, 60).Select(i => $"class {i}")];
        RenderOptions options = Plain with { Opacity = 0 };
        using Renderer renderer = new(context.Gl, classes, ModelManifest.DefaultPalette(60), options);
        renderer.Upload(slot);
        renderer.Compose(() => default, 1);
        byte[] without = renderer.Pixels().ToArray();
        int figures = Lowest(HudDetail.Figures);
        Assert.InRange(figures, 10, 40);
        renderer.Compose(() => new HudText(30, 20, 40, 20, 0, "x", new FrameStats()), 3);
        int[] brightRows = Rows(HudDetail.Full);
        Assert.InRange(brightRows.Length, 8, 20); // figures and one class: two rows of text, 10 pixels each

        int Lowest(HudDetail detail) => Changed(detail).Max(p => p.Y);

        int[] Rows(HudDetail detail) => [.. Changed(detail).Where(p => p.Bright).Select(p => p.Y).Distinct()];

        List<(int Y, bool Bright)> Changed(HudDetail detail)
        {
            renderer.Hud = detail;
            renderer.Compose(() => new HudText(30, 20, 40, 20, 0, "x", new FrameStats()), 2_000_000_000);
            ReadOnlySpan<byte> with = renderer.Pixels();
            List<(int, bool)> changed = [];
            for (int at = 0; at < with.Length; at += 4)
            {
                if (with.Slice(at, 4).SequenceEqual(without.AsSpan(at, 4))) continue;
                changed.Add((at / 4 / 320, with[at] > 200 && with[at + 2] > 200));
            }

            return changed;
        }
    }

    [Fact]
    public void An_image_that_OpenGL_cannot_take_is_refused_in_one_line()
    {
        using FrameSlot slot = Slot(64, 48, 64, 48);
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, Plain);
        int most = context.Gl.GetInteger(Silk.NET.OpenGL.GLEnum.MaxTextureSize);
        slot.Image.Create(2, most + 1, MatType.CV_8UC3);
        Assert.Contains($"up to {most}", Assert.Throws<UserError>(() => renderer.Upload(slot)).Message, StringComparison.Ordinal);
        using Mat wide = new(1, most + 1, MatType.CV_8UC3);
        Assert.Throws<UserError>(() => renderer.SetBackdrop(wide));
    }

    [Theory]
    [InlineData(null, null, 80, 40, 20, 20)]
    [InlineData(40, null, 40, 20, 40, 40)]
    [InlineData(null, 10, 20, 10, 10, 10)]
    [InlineData(80, 40, 80, 40, 80, 40)]
    public void Each_frame_has_its_own_size_or_the_one_that_is_asked_for(
        int? width, int? height, int firstWidth, int firstHeight, int secondWidth, int secondHeight)
    {
        using EglContext context = new();
        RenderOptions options = Plain with { Opacity = 0, OutputWidth = width, OutputHeight = height };
        using Renderer renderer = new(context.Gl, ["a", "b", "c", "d"], Palette, options);
        using FrameSlot first = Slot(80, 40, 40, 20), second = Slot(20, 20, 40, 20);
        Assert.Equal(new Size(firstWidth, firstHeight), Drawn(first).Size());
        second.Image.SetTo(Scalar.White);
        using Mat shown = Drawn(second);
        Assert.Equal(new Size(secondWidth, secondHeight), shown.Size());
        Assert.Equal(new Vec3b(255, 255, 255), shown.At<Vec3b>(secondHeight / 2, secondWidth / 2));
        bool hasBars = secondWidth != secondHeight; // the frame is a square
        Assert.Equal(hasBars ? new Vec3b(0, 0, 0) : new Vec3b(255, 255, 255), shown.At<Vec3b>(secondHeight / 2, 5));

        Mat Drawn(FrameSlot slot)
        {
            renderer.Upload(slot);
            renderer.Compose(() => default, 0);
            return ToBgr(renderer);
        }
    }

    /// <summary>An image with gradients; labels in blocks; confidence growing to the right.</summary>
    private static FrameSlot Slot(int width, int height, int maskWidth, int maskHeight)
    {
        FrameSlot slot = new();
        slot.Image.Create(height, width, MatType.CV_8UC3);
        slot.Labels.Create(maskHeight, maskWidth, MatType.CV_8UC1);
        slot.Confidence.Create(maskHeight, maskWidth, MatType.CV_8UC1);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                Vec3b colour = new((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)((x + y) % 256));
                slot.Image.Set(y, x, colour);
            }
        }

        for (int y = 0; y < maskHeight; y++)
        {
            for (int x = 0; x < maskWidth; x++)
            {
                slot.Labels.Set(y, x, (byte)(((x / 7) + (y / 5)) % Palette.Length));
                slot.Confidence.Set(y, x, (byte)(x * 255 / maskWidth));
            }
        }

        return slot;
    }

    /// <summary>
    /// The overlay's arithmetic: the colour of each mask pixel's class at a strength of 0.5 to 1 by confidence, times the opacity, enlarged
    /// bilinearly and laid over the image.
    /// </summary>
    private static Mat Reference(FrameSlot slot, float opacity)
    {
        Size mask = slot.Labels.Size(), size = slot.Image.Size();
        using Mat wash = new(mask, MatType.CV_32FC4);
        for (int y = 0; y < mask.Height; y++)
        {
            for (int x = 0; x < mask.Width; x++)
            {
                int c = Palette[slot.Labels.At<byte>(y, x)];
                float t = Math.Clamp(((slot.Confidence.At<byte>(y, x) / 255f) - 0.2f) / 0.6f, 0, 1);
                float alpha = opacity * (0.5f + (0.5f * t * t * (3 - (2 * t))));
                wash.Set(y, x, new Vec4f((byte)c * alpha, (byte)(c >> 8) * alpha, (byte)(c >> 16) * alpha, alpha));
            }
        }

        using Mat large = new();
        Cv2.Resize(wash, large, size, 0, 0, InterpolationFlags.Linear);
        Mat result = new(size, MatType.CV_8UC3);
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++)
            {
                Vec3b a = slot.Image.At<Vec3b>(y, x);
                Vec4f b = large.At<Vec4f>(y, x);
                byte Over(byte image, float colour) => (byte)Math.Round((image * (1 - b.Item3)) + colour);
                result.Set(y, x, new Vec3b(Over(a.Item0, b.Item0), Over(a.Item1, b.Item1), Over(a.Item2, b.Item2)));
            }
        }

        return result;
    }

    private static unsafe Mat ToBgr(Renderer renderer)
    {
        byte[] rgba = renderer.Pixels().ToArray();
        Mat bgr = new();
        fixed (byte* p = rgba)
        {
            using Mat wrapped = Mat.FromPixelData(renderer.Target!.Height, renderer.Target.Width, MatType.CV_8UC4, (nint)p);
            Cv2.CvtColor(wrapped, bgr, ColorConversionCodes.RGBA2BGR);
        }

        return bgr;
    }

    /// <summary>At most 6 levels off anywhere: two roundings and an 8-bit enlargement. A failure saves the difference image.</summary>
    private static void AssertSimilar(Mat expected, Mat actual, string name)
    {
        Assert.Equal(expected.Size(), actual.Size());
        using Mat difference = new(), planes = new();
        Cv2.Absdiff(expected, actual, difference);
        Cv2.MinMaxLoc(difference.Reshape(1), out double _, out double largest);
        if (largest <= 6) return;
        string path = Path.Combine(Path.GetTempPath(), $"rtseg-{name}.png");
        Cv2.ImWrite(path, difference * 8);
        Assert.Fail($"largest difference {largest}; eight times the difference is in {path}");
    }
}
