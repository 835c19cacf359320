using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Frames;

/// <summary>A model that labels frames, as far as those who show the frames need to know it.</summary>
public interface IFrameModel
{
    /// <summary>Its file's name without extension.</summary>
    string Name { get; }

    /// <summary>The execution provider that runs it.</summary>
    string Provider { get; }

    /// <summary>Classes, palette and working size.</summary>
    ModelManifest Manifest { get; }
}
