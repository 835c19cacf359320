using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;
using Xunit;

namespace RealtimeSeg.Tests.Network;

/// <summary>What is done around a network, in shaders against what the CPU does, on noise.</summary>
public sealed class FramePassTests : IDisposable
{
    private const int GroupSize = 8;
    private readonly HeadlessContext _context = new();

    /// <summary>
    /// To the last bit, whatever the ratio: of a network in integers, one label in a hundred changes if one byte in a thousand does.
    /// </summary>
    [Theory]
    [InlineData(90, 60, 45, 30)]
    [InlineData(91, 67, 40, 33)]
    [InlineData(64, 48, 64, 48)]
    [InlineData(40, 30, 97, 71)]
    [InlineData(40, 30, 41, 31)]
    [InlineData(768, 576, 480, 360)]
    [InlineData(768, 576, 384, 288)]
    [InlineData(720, 528, 320, 240)]
    [InlineData(720, 528, 480, 360)]
    [InlineData(480, 352, 485, 356)]
    [InlineData(768, 576, 770, 580)]
    [InlineData(719, 527, 333, 241)]
    [InlineData(720, 528, 485, 356)]
    [InlineData(1280, 720, 554, 312)]
    [InlineData(1920, 1080, 554, 312)]
    [InlineData(13, 9, 554, 312)]
    [InlineData(640, 480, 480, 360)]
    [InlineData(1280, 720, 480, 270)]
    [InlineData(1920, 1080, 480, 270)]
    [InlineData(320, 240, 480, 360)]
    [InlineData(768, 576, 960, 720)]
    public void Fit_scales_as_the_CPU_does(int width, int height, int newWidth, int newHeight)
    {
        (byte[] expected, byte[] actual) = Fitted(width, height, newWidth, newHeight);
        Assert.Equal(0, expected.Zip(actual).Count(p => p.First != p.Second));
    }

    /// <summary>Long enough for votes to reach their limit, with changes that last and such that do not.</summary>
    [Theory]
    [InlineData(0.25f)]
    [InlineData(1f)]
    public void Votes_are_the_smoothers_to_the_last_bit(float strength)
    {
        const int Width = 37, Height = 23;
        Size size = new(Width, Height);
        Random random = new(3);
        using Mat image = Noise(Width, Height), labels = new(Height, Width, MatType.CV_8UC1), sure = labels.Clone();
        using Mat actual = labels.Clone(), actualSure = labels.Clone();
        using VotePass pass = new(_context.Gl, strength, GroupSize);
        pass.Prepare(size);
        MotionMask motion = new();
        TemporalSmoother smoother = new(strength);
        FlickerMeter flicker = new();
        GlTexture before = Texture(image);
        for (int frame = 0; frame < 60; frame++)
        {
            Change(image, labels, sure, frame, random);
            GlTexture now = Texture(image);
            using GlTexture newLabels = Plane(labels, SizedInternalFormat.R8ui), newSure = Plane(sure, SizedInternalFormat.R8);
            pass.Run(newLabels, newSure, now, before, (0, 0));
            ReadOnlySpan<bool> still = motion.Update(image.AsSpan<byte>(), Width);
            smoother.Apply(still, labels.AsSpan<byte>(), sure.AsSpan<byte>());
            flicker.Add(still, labels.AsSpan<byte>());
            pass.Labels.Read(PixelFormat.RedInteger, actual.Data);
            pass.Confidence.Read(PixelFormat.Red, actualSure.Data);
            Assert.Equal(labels.AsSpan<byte>().ToArray(), actual.AsSpan<byte>().ToArray());
            Assert.Equal(sure.AsSpan<byte>().ToArray(), actualSure.AsSpan<byte>().ToArray());
            before.Dispose();
            before = now;
        }

        before.Dispose();
        pass.Collect();
        Assert.True(flicker.Flicker > 0, "there is nothing to compare");
        Assert.Equal(flicker.Count, pass.Flicker);
    }

    public void Dispose() => _context.Dispose();

    /// <summary>Noise, scaled by the CPU and by the shader.</summary>
    private (byte[] Expected, byte[] Actual) Fitted(int width, int height, int newWidth, int newHeight)
    {
        using Mat image = Noise(width, height), expected = new(), actual = new(newHeight, newWidth, MatType.CV_8UC3);
        FrameFit.Resize(image, expected, new Size(newWidth, newHeight));
        using GlTexture from = Texture(image), to = new(_context.Gl, actual.Size(), SizedInternalFormat.Rgba8);
        using FramePass fit = new(_context.Gl, "fit", GroupSize);
        from.Bind(2);
        to.BindImage(0, BufferAccessARB.WriteOnly);
        fit.Run(to.Size, width, height, newWidth, newHeight, 0, 0, newWidth, newHeight);
        to.Read(PixelFormat.Bgr, actual.Data);
        return (expected.AsSpan<byte>().ToArray(), actual.AsSpan<byte>().ToArray());
    }

    private static Mat Noise(int width, int height)
    {
        Mat image = new(height, width, MatType.CV_8UC3);
        Cv2.Randu(image, Scalar.Black, Scalar.White);
        return image;
    }

    /// <summary>A corner of the image moves, a class lasts for some frames, and single pixels stray.</summary>
    private static void Change(Mat image, Mat labels, Mat sure, int frame, Random random)
    {
        foreach (ref byte b in image.AsSpan<byte>()[..200]) b = (byte)random.Next(256);
        int lasting = frame / 20;
        foreach (ref byte l in labels.AsSpan<byte>()) l = (byte)(random.Next(9) == 0 ? 7 : lasting);
        foreach (ref byte c in sure.AsSpan<byte>()) c = (byte)random.Next(60, 256);
    }

    private GlTexture Texture(Mat image)
    {
        GlTexture texture = new(_context.Gl, image.Size(), SizedInternalFormat.Rgba8);
        texture.Write(PixelFormat.Bgr, image.Data);
        return texture;
    }

    private GlTexture Plane(Mat plane, SizedInternalFormat format)
    {
        GlTexture texture = new(_context.Gl, plane.Size(), format);
        texture.Write(format == SizedInternalFormat.R8ui ? PixelFormat.RedInteger : PixelFormat.Red, plane.Data);
        return texture;
    }
}
