using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Sources;

/// <summary>The toy street as an endless source: synth:// or synth://SEED.</summary>
public sealed class StreetSource : ISource
{
    public const string Scheme = "synth://";
    private const int Width = 480, Height = 360, DefaultSeed = 7;
    private const double DefaultRate = 15;
    private readonly StreetScene _scene;
    private readonly byte[] _labels = new byte[Width * Height];
    private long _frame;

    public StreetSource(string uri, double? framesPerSecond)
    {
        Name = uri;
        string rest = uri[Scheme.Length..];
        int seed = DefaultSeed;
        if (rest.Length > 0 && !int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
            throw new UserError($"{uri}: the toy street is synth:// or synth://SEED with a whole number");
        FramesPerSecond = framesPerSecond ?? DefaultRate;
        _scene = new StreetScene(seed, Width, Height);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public string? Status => null;

    public unsafe bool Read(Mat image)
    {
        image.Create(Height, Width, MatType.CV_8UC3);
        _scene.Render(_frame++ / FramesPerSecond, new Span<byte>(image.DataPointer, Width * Height * 3), _labels);
        return true;
    }

    public bool Seek(double seconds)
    {
        _frame = Math.Max(0, _frame + (long)Math.Round(seconds * FramesPerSecond));
        return true;
    }

    public string? EndNote(long frames) => null;

    public void Dispose()
    {
        // Nothing native is held.
    }
}
