using RealtimeSeg.Core.Contract;
using RealtimeSeg.Inference.ThirdParty;

namespace RealtimeSeg.Inference;

/// <summary>How the network is to be run.</summary>
/// <param name="Provider">One of <see cref="ExecutionProviders.Choices"/>.</param>
/// <param name="Threads">CPU threads; 0 for one a core.</param>
/// <param name="Spin">Let idle threads of the network spin: a little faster, but an idle CPU is never idle.</param>
/// <param name="Foreign">How a model that this program did not make is to be read.</param>
/// <param name="Size">Working size; null for the one the model was trained for.</param>
/// <param name="Fit">How pictures are brought to that size; null for the model's own way.</param>
public sealed record SegmenterOptions(string Provider = ExecutionProviders.Auto, int Threads = 0, (int Width, int Height)? Size = null, bool Spin = false, ModelHints? Foreign = null, Fit? Fit = null);
