using System.Security.Cryptography;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Tests.Support;

/// <summary>Keeps images and labels of what it gets, as hashes.</summary>
internal sealed class FrameKeeper : ISink
{
    /// <summary>Told that a frame comes, with the number of those before.</summary>
    public Action<int>? Shown { get; set; }

    /// <summary>Gets each image that is drawn again.</summary>
    public Action<string>? Redrawn { get; set; }

    public bool IsFinished { get; private set; }

    public List<long> Indices { get; } = [];

    public List<string> Images { get; } = [];

    public List<string> Labels { get; } = [];

    /// <summary>Told, with the same number, that the engine asks whether labels are needed: shaders have their commands then.</summary>
    public Action<int>? Asked { get; set; }

    public bool NeedsLabels
    {
        get
        {
            Asked?.Invoke(Images.Count);
            return true;
        }
    }

    public void Present(Renderer renderer, FrameSlot slot)
    {
        string image = Hash(renderer.Pixels());
        Shown?.Invoke(Images.Count);
        Images.Add(image);
        Labels.Add(Hash(slot.Labels.AsSpan<byte>()));
        Indices.Add(slot.Index);
    }

    public void Redraw(Renderer renderer) => Redrawn?.Invoke(Hash(renderer.Pixels()));

    public string? Finish()
    {
        IsFinished = true;
        return null;
    }

    public void Dispose()
    {
        // Nothing to release.
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
