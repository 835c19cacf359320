using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Engine;

/// <summary>The parts of a running program. Whoever made them disposes them, except the sinks.</summary>
public sealed record EngineParts(ISource Source, ModelShelf Models, IGlContext Context, Renderer Renderer, SinkSet Sinks, FrameClock Clock, CancellationTokenSource Stop, RemoteControl? Remote = null, Backdrop? Backdrop = null);
