using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Silk.NET.OpenGL;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Errors that the driver reports while shaders label frames: real ones, of a command that it refuses at a chosen time.</summary>
public sealed class DriverErrorTests
{
    private const int Frames = 6, FailsAt = 3;

    /// <summary>
    /// Frames before are those of shaders, that one and all later ones the CPU's: none is missing, and none has labels that nobody made.
    /// </summary>
    /// <param name="looks">At the clock, after shaders have a frame's commands: with the third the frame has been drawn.</param>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_frame_at_which_the_driver_fails_is_labelled_by_the_CPU_and_drawn_again(int looks)
    {
        FrameKeeper shaders = new(), cpu = new(), broken = new();
        List<string> warnings = [];
        Run("gl", shaders);
        Run("cpu", cpu);
        FailingClock clock = new();
        broken.Asked = shown =>
        {
            if (shown != FailsAt) return;
            if (looks == 0) Fail();
            else clock.Left = looks;
        };
        RunReport report = Run("gl", broken, clock, warnings);
        Assert.Equal(Frames, report.Stats.Count);
        Assert.Equal([.. shaders.Labels[..FailsAt], .. cpu.Labels[FailsAt..]], broken.Labels);
        Assert.Equal([.. shaders.Images[..FailsAt], .. cpu.Images[FailsAt..]], broken.Images);
        Assert.Equal(2 * Frames, cpu.Labels.Concat(shaders.Labels).Distinct(StringComparer.Ordinal).Count()); // something to compare
        string warning = Assert.Single(warnings);
        Assert.StartsWith("provider gl: the driver reports InvalidEnum in frame ", warning, StringComparison.Ordinal);
        Assert.EndsWith("; from here on the CPU runs the network", warning, StringComparison.Ordinal);
    }

    private static RunReport Run(string provider, FrameKeeper sink, FrameClock? clock = null, List<string>? warnings = null)
    {
        string file = Path.Combine(Repository.Root, "models", "street.onnx");

        // Of another size, so that it can be told whose labels a frame has.
        static (int, int) SizeFor(string provider) => provider == ExecutionProviders.Cpu ? (128, 96) : (160, 120);
        Segmenter Load(string provider) => Segmenter.Load(file, new SegmenterOptions(provider, Size: SizeFor(provider)), _ => { });
        return EngineRun.Of(
            Load(provider),
            new EngineOptions(Schedule.Inline, Frames: Frames, Labels: new LabelOptions()),
            new StreetSource("synth://5", null),
            sink,
            clock: clock,
            loadForCpu: _ => Load(ExecutionProviders.Cpu),
            events: (level, line) => (level == LogLevel.Warning ? warnings : null)?.Add(line));
    }

    /// <summary>In the context that is current: its error flag has it until somebody looks.</summary>
    private static void Fail()
    {
        using GL gl = GL.GetApi(Egl.GetProcAddress);
        gl.Enable((EnableCap)0xFFFF);
    }

    private sealed class FailingClock : FrameClock
    {
        private readonly WallClock _clock = new();

        public int Left { get; set; }

        public override long Now
        {
            get
            {
                if (Left > 0 && --Left == 0) Fail();
                return _clock.Now;
            }
        }

        public override void WaitUntil(long time, WaitHandle stop) => _clock.WaitUntil(time, stop);
    }
}
