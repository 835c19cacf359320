using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>What trainer and app agree on: sizes, scaling, colours, and the manifest in a file.</summary>
public sealed class ContractTests
{
    private static readonly ModelManifest Full = new()
    {
        Classes = ["a", "b"],
        Palette = [0x010203, 0xFFEEDD],
        Fit = Fit.Stretch,
        Size = (64, 32),
        Network = "n",
        Parameters = 7,
        Data = "street, 3:1",
        Commit = "abc",
        Date = "2026-11-28",
        MeanIu = 0.5,
        Recipe = ["train --out a", "export a"],
        Scores = new Dictionary<string, string>(StringComparer.Ordinal) { ["camvid val"] = "mIoU 0.5" },
    };

    /// <summary>The offset is that of the scaled image in what the network reads: bars at its left and top, or what is cut off.</summary>
    [Theory]
    [InlineData(768, 576, Fit.Keep, 480, 360, 480, 360, 0, 0)]
    [InlineData(320, 240, Fit.Keep, 480, 360, 480, 360, 0, 0)]
    [InlineData(1280, 720, Fit.Keep, 554, 312, 554, 312, 0, 0)]
    [InlineData(1280, 720, Fit.Stretch, 480, 360, 480, 360, 0, 0)]
    [InlineData(4000, 10, Fit.Keep, 8314, 32, 8314, 32, 0, 0)]
    [InlineData(1280, 720, Fit.Letterbox, 480, 270, 480, 360, 0, 45)]
    [InlineData(720, 1280, Fit.Letterbox, 202, 360, 480, 360, 139, 0)]
    [InlineData(1280, 720, Fit.Crop, 640, 360, 480, 360, -80, 0)]
    [InlineData(720, 1280, Fit.Crop, 480, 853, 480, 360, 0, -246)]
    [InlineData(4000, 10, Fit.Letterbox, 480, 1, 480, 360, 0, 179)]
    public void Geometry_keeps_aspect_and_area_stretches_adds_bars_or_crops(
        int width, int height, Fit fit, int scaledWidth, int scaledHeight, int networkWidth, int networkHeight, int x, int y)
    {
        FrameGeometry g = FrameGeometry.For(width, height, (480, 360), fit);
        Assert.Equal((scaledWidth, scaledHeight, networkWidth, networkHeight), (g.Width, g.Height, g.NetworkWidth, g.NetworkHeight));
        Assert.Equal((x, y), g.Offset);
        Assert.Equal((x, y) == (0, 0), g.IsExact);
    }

    [Theory]
    [InlineData(1, 554, 312)]
    [InlineData(2, 554, 312)]
    [InlineData(8, 560, 312)]
    [InlineData(32, 576, 320)]
    public void What_a_stride_lacks_is_filled_by_bars(int stride, int networkWidth, int networkHeight)
    {
        FrameGeometry g = FrameGeometry.For(1280, 720, (480, 360), Fit.Keep, stride);
        Assert.Equal((554, 312, networkWidth, networkHeight), (g.Width, g.Height, g.NetworkWidth, g.NetworkHeight));
    }

    [Fact]
    public void Images_shrink_by_the_mean_and_grow_bilinearly()
    {
        using Mat chequered = new(4, 4, MatType.CV_8UC1), resized = new();
        for (int i = 0; i < 16; i++) chequered.Set(i / 4, i % 4, (byte)(((i / 4) + i) % 2 == 0 ? 0 : 100));
        FrameFit.Resize(chequered, resized, new Size(2, 2));
        Assert.Equal([50, 50, 50, 50], resized.AsSpan<byte>().ToArray());
        using Mat step = new(1, 2, MatType.CV_8UC1, Scalar.Black);
        step.Set(0, 1, (byte)100);
        FrameFit.Resize(step, resized, new Size(4, 1));
        Assert.Equal([0, 25, 75, 100], resized.AsSpan<byte>().ToArray());
        FrameFit.Resize(step, resized, new Size(2, 1));
        Assert.Equal([0, 100], resized.AsSpan<byte>().ToArray());
    }

    /// <summary>Sizes whose rows end within a vector and at its end, whole ratios and others, against OpenCV's rule.</summary>
    [Theory]
    [InlineData(768, 576, 480, 360)]
    [InlineData(1280, 720, 554, 312)]
    [InlineData(64, 48, 32, 24)]
    [InlineData(480, 360, 64, 48)]
    [InlineData(97, 31, 96, 31)]
    [InlineData(33, 5, 7, 3)]
    [InlineData(7, 7, 1, 1)]
    [InlineData(31, 1, 10, 1)]
    public void Colours_shrink_to_the_mean_over_their_area(int width, int height, int newWidth, int newHeight)
    {
        using Mat image = Pictures.Noise(width, height), shrunk = new(), expected = new();
        image.Set(height - 1, width - 1, new Vec3b(255, 255, 255));
        Size size = new(newWidth, newHeight);
        using Mat taller = Pictures.Noise(width, height + 2);
        foreach (Mat each in new[] { taller, image, image }) FrameFit.Resize(each, shrunk, size);
        Cv2.Resize(image, expected, size, 0, 0, InterpolationFlags.Area);
        ReadOnlySpan<byte> a = shrunk.AsSpan<byte>(), b = expected.AsSpan<byte>();
        int apart = 0;
        for (int i = 0; i < b.Length; i++)
        {
            Assert.InRange(a[i], b[i] - 1, b[i] + 1); // means that end in ½ are rounded either way
            if (a[i] != b[i]) apart++;
        }

        Assert.InRange(apart, 0, b.Length / 50);
    }

    [Fact]
    public void White_stays_white_however_many_pixels_become_one()
    {
        using Mat white = new(1, 200_000, MatType.CV_8UC3, Scalar.White), shrunk = new();
        FrameFit.Resize(white, shrunk, new Size(1, 1));
        Assert.Equal([255, 255, 255], shrunk.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void A_part_of_an_image_shrinks_like_a_copy_of_it()
    {
        using Mat image = Pictures.Noise(60, 40), part = new(image, new Rect(7, 5, 45, 30)), copy = part.Clone(), a = new(), b = new();
        FrameFit.Resize(part, a, new Size(20, 11));
        FrameFit.Resize(copy, b, new Size(20, 11));
        Assert.Equal(0, Cv2.Norm(a, b, NormTypes.INF), 1.0);
    }

    [Fact]
    public void Labels_are_resized_without_new_values_and_without_a_shift()
    {
        using Mat labels = new(1, 3, MatType.CV_8UC1), resized = new();
        for (int i = 0; i < 3; i++) labels.Set(0, i, (byte)(10 * i));
        LabelMap.Resize(labels, resized, new Size(6, 1));
        Assert.Equal([0, 0, 10, 10, 20, 20], resized.AsSpan<byte>().ToArray());
        LabelMap.Resize(labels, resized, new Size(1, 1));
        Assert.Equal([10], resized.AsSpan<byte>().ToArray()); // the pixel under the centre
    }

    /// <summary>Hue k·0.618 of a circle at 90 % brightness, computed by hand: each sixth of the circle comes up.</summary>
    [Fact]
    public void Classes_without_colours_get_distinct_hues()
    {
        int[] expected = [0xE60000, 0x0043E6, 0x86E600, 0xE600C9, 0x00E6BF, 0xE67C00, 0x3900E6];
        Assert.Equal(expected, ModelManifest.DefaultPalette(7));
        Assert.Equal(40, ModelManifest.DefaultPalette(40).Distinct().Count());
    }

    [Fact]
    public void Scalings_are_those_of_ImageNet_and_of_Caffe()
    {
        Assert.Equal((false, "103.9 116.8 123.7", "58 58 58"), Numbers(InputScaling.Plain));
        Assert.Equal((true, "123.7 116.3 103.5", "58.4 57.1 57.4"), Numbers(InputScaling.ImageNet));
        Assert.True(InputScaling.IsRgb("RGB"));
        Assert.False(InputScaling.IsRgb("bgr"));
        Assert.Equal("--color grey: choose rgb or bgr", Assert.Throws<UserError>(() => InputScaling.IsRgb("grey")).Message);
    }

    [Fact]
    public void Scalings_that_differ_anywhere_are_not_equal()
    {
        InputScaling one = new(Rgb: true, [1, 2, 3], [4, 5, 6]);
        Assert.Equal(one, new InputScaling(Rgb: true, [1, 2, 3], [4, 5, 6]));
        Assert.Equal(one.GetHashCode(), new InputScaling(Rgb: true, [1, 2, 3], [4, 5, 6]).GetHashCode());
        Assert.NotEqual(one, one with { Rgb = false });
        Assert.NotEqual(one, one with { Mean = [1, 2, 4] });
        Assert.NotEqual(one, one with { Deviation = [4, 5, 7] });
        Assert.False(one.Equals(null));
    }

    [Fact]
    public void A_manifest_survives_the_file()
    {
        IReadOnlyDictionary<string, string> text = Full.ToMetadata();
        string[] keys = ["schema", "classes", "palette", "fit", "size", "parameters", "miou", "recipe", "score.camvid val"];
        Assert.Equal(
            "1|a,b|010203,ffeedd|stretch|64x32|7|0.5000|train --out a\nexport a|mIoU 0.5",
            string.Join('|', keys.Select(k => text["rtseg." + k])));
        ModelManifest read = ModelManifest.Parse(text, "x.onnx");
        Assert.Equal(text, read.ToMetadata());
        Assert.Equal(Full.Classes, read.Classes);
        Assert.Equal(Full.Palette, read.Palette);
        Assert.Equal(Full.Recipe, read.Recipe);
        Assert.Equal(Full.Scores, read.Scores);
        Assert.Equal((Full.Fit, Full.Size, Full.Network, Full.Parameters), (read.Fit, read.Size, read.Network, read.Parameters));
        Assert.Equal((Full.Data, Full.Commit, Full.Date, Full.MeanIu), (read.Data, read.Commit, read.Date, read.MeanIu));
    }

    /// <summary>Models that were exported before call mIoU mean IU.</summary>
    [Fact]
    public void The_scores_of_older_manifests_are_read()
    {
        Dictionary<string, string> old = new(Full.ToMetadata(), StringComparer.Ordinal) { ["rtseg.score.camvid val"] = "mean IU 0.5" };
        Assert.True(old.Remove("rtseg.miou", out string? score));
        old["rtseg.mean_iu"] = score;
        ModelManifest read = ModelManifest.Parse(old, "x.onnx");
        Assert.Equal((Full.MeanIu, "mIoU 0.5"), (read.MeanIu, read.Scores["camvid val"]));
        Assert.DoesNotContain("mean", string.Concat(read.ToMetadata().Select(e => e.Key + e.Value)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_manifest_leaves_out_is_empty()
    {
        string[] needed = ["rtseg.schema", "rtseg.classes", "rtseg.palette", "rtseg.fit", "rtseg.size"];
        ModelManifest read = ModelManifest.Parse(needed.ToDictionary(k => k, k => Full.ToMetadata()[k], StringComparer.Ordinal), "x.onnx");
        Assert.Equal(("", 0, "", "", "", null), (read.Network, read.Parameters, read.Data, read.Commit, read.Date, read.MeanIu));
        Assert.Empty(read.Recipe);
        Assert.Empty(read.Scores);
        Assert.False(read.ToMetadata().ContainsKey("rtseg.recipe") || read.ToMetadata().ContainsKey("rtseg.miou"));
    }

    [Theory]
    [InlineData("palette", "1", "x.onnx has a damaged manifest (2 classes, 1 colours): export it again")]
    [InlineData("palette", "1,xyz", "damaged manifest")]
    [InlineData("size", "64", "x.onnx has a damaged manifest (size '64'): export it again")]
    [InlineData("size", "99999999999x1", "damaged manifest")]
    [InlineData("scores_pitch", "0", "x.onnx has a damaged manifest (pitch of scores '0'): export it again")]
    [InlineData("scores_pitch", "NaN", "damaged manifest")]
    [InlineData("fit", "letterbox", "x.onnx has a damaged manifest (fit 'letterbox'): export it again")]
    [InlineData("fit", null, "fit ''")]
    [InlineData("schema", "2", "x.onnx has manifest schema 2, this program reads up to 1: update the program")]
    [InlineData("schema", "new", "schema new")]
    [InlineData("schema", null, "x.onnx carries no manifest (rtseg.schema): export it with './run.sh export'")]
    public void A_manifest_that_cannot_be_read_is_refused_with_what_is_wrong(string key, string? value, string says)
    {
        Dictionary<string, string> text = new(Full.ToMetadata(), StringComparer.Ordinal);
        if (value is null) text.Remove("rtseg." + key);
        else text["rtseg." + key] = value;
        Assert.Contains(says, Assert.Throws<UserError>(() => ModelManifest.Parse(text, "x.onnx")).Message, StringComparison.Ordinal);
    }

    private static (bool Rgb, string Mean, string Deviation) Numbers(InputScaling s)
    {
        static string Text(float[] v) => string.Join(' ', v.Select(x => x.ToString("0.#", CultureInfo.InvariantCulture)));
        return (s.Rgb, Text(s.Mean), Text(s.Deviation));
    }
}
