using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Network.Device;

namespace RealtimeSeg.Inference;

/// <summary>A model exported by this project's trainer, in compute shaders.</summary>
internal sealed class ShaderBinding(Segmenter model, GlLabeller shaders, FrameSlot slot, FrameGeometry geometry)
    : SlotBinding(model, slot, geometry)
{
    protected override void RunNetwork() => shaders.Run(Input, Labels, Confidence);
}
