using System.Collections.Concurrent;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Tests.Support;
using Silk.NET.OpenGL;
using Xunit;

namespace RealtimeSeg.Tests.Network;

/// <summary>A network on its way to the GPU: what a user is told while the driver compiles, and sizes that do not fit.</summary>
public sealed class PreparationTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1), Moment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>A driver may work on one shader for minutes.</summary>
    [Fact]
    public void Progress_is_told_while_one_shader_takes_long()
    {
        using BlockingCollection<string> lines = [];
        using CompileNotice notice = new(lines.Add, "the driver compiles shaders", 7, Moment, Moment);
        Assert.StartsWith("provider gl: the driver compiles shaders, number 1 of 7", Next(lines), StringComparison.Ordinal);
        for (int i = 0; i < 3; i++) notice.Step();
        int before = 0;
        while (!Next(lines).Contains("number 4 of 7", StringComparison.Ordinal)) Assert.InRange(++before, 1, 10_000);
    }

    [Fact]
    public void A_driver_that_takes_long_is_told_of_when_it_compiles_and_when_shaders_first_run()
    {
        using HeadlessContext context = new();
        using GlNetwork network = new(context.Gl) { Patience = TimeSpan.Zero, Period = TimeSpan.Zero };
        List<string> lines = [];
        NetworkPlan plan = Plan(64, 48);
        network.Prepare(plan, lines.Add);
        network.Run(frame: 0);
        network.Run(frame: 0);
        string of = $"number 1 of {plan.Steps.Count};";
        Assert.Equal(2, lines.Count);
        Assert.StartsWith($"provider gl: the driver compiles shaders, {of}", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"provider gl: the driver compiles shaders as they first run, {of}", lines[1], StringComparison.Ordinal);
        lines.Clear();
        network.Prepare(Plan(48, 64), lines.Add);
        network.Run(frame: 0); // all of its programs are known, and have run
        Assert.Single(lines);
    }

    [Fact]
    public void A_quick_driver_is_not_told_of()
    {
        using HeadlessContext context = new();
        using GlNetwork network = new(context.Gl) { Patience = Long };
        List<string> lines = [];
        network.Prepare(Plan(64, 48), lines.Add);
        network.Run(frame: 0);
        Assert.Empty(lines);
    }

    [Fact]
    public void A_size_that_does_not_fit_leaves_a_network_that_still_runs_at_others()
    {
        using HeadlessContext context = new();
        using GlNetwork network = new(context.Gl);
        using GlTexture frame = new(context.Gl, new(64, 48), SizedInternalFormat.Rgba8), labels = Plane(context, SizedInternalFormat.R8ui);
        using GlTexture sure = Plane(context, SizedInternalFormat.R8);
        labels.BindImage(0, BufferAccessARB.WriteOnly);
        sure.BindImage(1, BufferAccessARB.WriteOnly);
        NetworkPlan plan = Plan(64, 48), huge = Plan(16_000, 12_000);
        network.Prepare(plan);
        Assert.Contains("use --provider cpu", Assert.Throws<UserError>(() => network.Prepare(huge)).Message, StringComparison.Ordinal);
        network.Prepare(plan);
        network.Run(frame.Id);
        Assert.Equal(GLEnum.NoError, context.Gl.GetError());
        network.Dispose();
        Assert.Equal(GLEnum.NoError, context.Gl.GetError());
    }

    private static GlTexture Plane(HeadlessContext context, SizedInternalFormat format) => new(context.Gl, new(64, 48), format);

    private static NetworkPlan Plan(int width, int height)
        => NetworkPlan.Of(new NetworkFile(OnnxFile.Parse(PixelNet.File(), "test.onnx")), width, height, null);

    private static string Next(BlockingCollection<string> lines)
        => lines.TryTake(out string? line, Patience) ? line : throw new TimeoutException("nothing is told");
}
