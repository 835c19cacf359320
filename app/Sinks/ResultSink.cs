using System.Buffers;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A JSON object for each frame: its number, time and size, the share of each class and the class's connected components. The fields are
/// in docs/outputs.md.
/// </summary>
/// <param name="options">What is told.</param>
/// <param name="receiver">Takes a line for each frame; the sink disposes it.</param>
internal sealed class ResultSink(ResultOptions options, IResultReceiver receiver) : ISink
{
    private static readonly JsonWriterOptions Format = new() { SkipValidation = true };

    private readonly ComponentFinder _finder = new(options.Simplify, options.LeastArea);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly int[] _counts = new int[256];

    public bool NeedsLabels => true;

    public IReadOnlyList<string> Problems => receiver.Problems;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        Array.Clear(_counts);
        foreach (byte label in slot.Labels.AsSpan<byte>()) _counts[label]++;
        _line.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_line, Format))
        {
            json.WriteStartObject();
            json.WriteNumber("frame", slot.Index);
            json.WriteNumber("seconds", Math.Round(slot.Seconds, 3));
            json.WriteNumber("width", slot.Image.Width);
            json.WriteNumber("height", slot.Image.Height);
            json.WriteStartArray("classes");
            for (int i = 0; i < renderer.Classes.Count; i++) WriteClass(json, slot, (byte)i, renderer.Classes[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        receiver.Take(slot, _line.WrittenSpan);
    }

    public string? Finish() => receiver.Finish();

    public void Dispose()
    {
        receiver.Dispose();
        _finder.Dispose();
    }

    private void WriteClass(Utf8JsonWriter json, FrameSlot slot, byte label, string name)
    {
        json.WriteStartObject();
        json.WriteString("class", name);
        json.WriteNumber("share", Math.Round((double)_counts[label] / Math.Max(1, slot.Labels.Total()), 5));
        json.WriteStartArray("components");
        if (_counts[label] > 0)
        {
            Mat? confidence = slot.IsOnGpu ? null : slot.Confidence;
            foreach (Component c in _finder.Find(slot.Labels, confidence, label, slot.Image.Size())) Write(json, c);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Component c)
    {
        json.WriteStartObject();
        WriteNumbers(json, "box", [c.Box.X, c.Box.Y, c.Box.Width, c.Box.Height]);
        json.WriteNumber("area", Math.Round(c.Area, 1));
        WriteNumbers(json, "centroid", [c.Centroid.X, c.Centroid.Y]);
        if (c.Confidence is { } confidence) json.WriteNumber("confidence", Math.Round(confidence, 3));
        json.WriteStartArray("polygon");
        foreach (Point2d p in c.Polygon) WriteNumbers(json, null, [p.X, p.Y]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string? name, ReadOnlySpan<double> numbers)
    {
        if (name is null) json.WriteStartArray();
        else json.WriteStartArray(name);
        foreach (double number in numbers) json.WriteNumberValue(Math.Round(number, 1));
        json.WriteEndArray();
    }
}
