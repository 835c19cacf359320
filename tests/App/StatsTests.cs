using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The table of class shares.</summary>
public sealed class StatsTests
{
    [Fact]
    public void The_table_of_shares_stays_one_when_a_model_with_other_classes_takes_over()
    {
        using TemporaryFolder folder = new();
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b, c"], [1, 2], new RenderOptions());
        using FrameSlot slot = new() { Seconds = 0.5 };
        slot.Labels.Create(2, 2, MatType.CV_8UC1);
        slot.Labels.SetTo(new Scalar(1));
        using StatsSink csv = new(folder["s.csv"], Studio.Context()), json = new(folder["s.jsonl"], Studio.Context());
        Present();
        renderer.SetClasses(["x", "y", "z"], [1, 2, 3]);
        slot.Index = 1;
        Present();
        csv.Finish();
        json.Finish();
        string[] expected =
        [
            "frame,seconds,class,share", "0,0.500,a,0.00000", "0,0.500,\"b, c\",1.00000",
            "1,0.500,x,0.00000", "1,0.500,y,1.00000", "1,0.500,z,0.00000",
        ];
        Assert.Equal(expected, File.ReadAllLines(folder["s.csv"]));
        JsonElement[] rows = [.. File.ReadAllLines(folder["s.jsonl"]).Select(l => JsonSerializer.Deserialize<JsonElement>(l))];
        Assert.Equal("a|b, c|x|y|z", string.Join('|', rows.Select(r => r.GetProperty("class").GetString())));
        Assert.Equal([0.0, 1, 0, 1, 0], rows.Select(r => r.GetProperty("share").GetDouble()));

        void Present()
        {
            csv.Present(renderer, slot);
            json.Present(renderer, slot);
        }
    }
}
