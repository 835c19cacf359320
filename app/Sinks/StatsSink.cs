using System.Globalization;
using System.Text.Json;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A line per frame and class: the frame's number, its time in the source, the class and its share of the labels, and the image file that
/// it is, if it is one; .csv, or .jsonl for JSON lines. It stays one table when a model with other classes takes over.
/// </summary>
/// <param name="path">The file, or a pipe or device; JSON lines if it ends in .jsonl, else CSV.</param>
/// <param name="context">Of the run.</param>
/// <exception cref="UserError">The file cannot be created, or nobody reads the pipe.</exception>
public sealed class StatsSink(string path, SinkContext context) : ISink
{
    private readonly bool _json = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
    private readonly LineFile _lines = new(path, context);
    private readonly int[] _counts = new int[256];
    private bool _begun;

    public bool NeedsLabels => true;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        Array.Clear(_counts);
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        foreach (byte label in labels) _counts[label]++;
        double pixels = Math.Max(1, labels.Length);
        _lines.Write(slot, writer =>
        {
            if (!_begun && !_json) writer.WriteLine("frame,seconds,class,share" + (slot.Picture is null ? "" : ",image"));
            _begun = true;
            for (int i = 0; i < renderer.Classes.Count; i++)
            {
                string name = renderer.Classes[i];
                double share = _counts[i] / pixels;
                writer.WriteLine(_json ? JsonRow(slot, name, share) : CsvRow(slot, name, share));
            }
        });
    }

    public string? Finish() => _lines.Finish();

    public void Dispose() => _lines.Dispose();

    private static string CsvRow(FrameSlot slot, string name, double share)
    {
        string image = slot.Picture is { } picture ? "," + Cell(picture) : "";
        return string.Create(CultureInfo.InvariantCulture, $"{slot.Index},{slot.Seconds:F3},{Cell(name)},{share:F5}{image}");
    }

    private static string JsonRow(FrameSlot slot, string name, double share)
    {
        string time = string.Create(CultureInfo.InvariantCulture, $"\"frame\":{slot.Index},\"seconds\":{slot.Seconds:F3}");
        string image = slot.Picture is { } picture ? $",\"image\":{JsonSerializer.Serialize(picture)}" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{{{time},\"class\":{JsonSerializer.Serialize(name)},\"share\":{share:F5}{image}}}");
    }

    /// <summary>A text for CSV, in quotes if it needs them.</summary>
    private static string Cell(string text)
        => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
