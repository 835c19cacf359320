using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Sources;

/// <summary>The toy street as an endless source: synth:// or synth://SEED.</summary>
public sealed class StreetSource : ISource
{
    private const string Scheme = "synth://";
    private static readonly (int Width, int Height) Size = StreetScene.DefaultSize;
    private readonly StreetScene _scene;
    private readonly byte[] _labels = new byte[Size.Width * Size.Height];
    private long _frame;

    /// <exception cref="UserError">The seed is not a whole number.</exception>
    public StreetSource(string uri, double? framesPerSecond)
    {
        Name = uri;
        string rest = uri[Scheme.Length..];
        int seed = StreetScene.DefaultSeed;
        if (rest.Length > 0 && !int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
            throw new UserError($"{uri}: the toy street is synth:// or synth://SEED with a whole number");
        FramesPerSecond = framesPerSecond ?? StreetScene.DefaultRate;
        _scene = new StreetScene(seed, Size.Width, Size.Height);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public string? Status => null;

    public FrameTiming Timing => new(Math.Max(0, _frame - 1) / FramesPerSecond);

    public static bool Matches(string uri) => uri.StartsWith(Scheme, StringComparison.Ordinal);

    public unsafe bool Read(Mat image)
    {
        image.Create(Size.Height, Size.Width, MatType.CV_8UC3);
        _scene.Render(_frame++ / FramesPerSecond, new Span<byte>(image.DataPointer, _labels.Length * 3), _labels);
        return true;
    }

    public bool Seek(double seconds)
    {
        _frame = Math.Max(0, _frame + (long)Math.Round(seconds * FramesPerSecond));
        return true;
    }

    public void Dispose()
    {
        // It holds nothing native.
    }
}
