using System.Globalization;
using System.Text.Json;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A line per frame and class: the frame's number, its time in the source, the class and its share of the labels, and the image file that
/// it is, if it is one; .csv, or .jsonl for JSON lines. It stays one table when a model with other classes takes over.
/// </summary>
public sealed class StatsSink : ISink
{
    /// <summary>Nanoseconds after which lines are in the file at the latest.</summary>
    private const long FlushPeriod = 1_000_000_000;

    private readonly bool _json;
    private readonly PartialFile _file;
    private readonly SpecialFile? _special;
    private readonly CancellationToken _overdue;
    private readonly StreamWriter _writer;
    private readonly int[] _counts = new int[256];
    private bool _begun, _closed;
    private long _flushed;

    /// <param name="path">The file, or a pipe or device; JSON lines if it ends in .jsonl, else CSV.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">The file cannot be created, or nobody reads the pipe.</exception>
    public StatsSink(string path, SinkContext context)
    {
        _json = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        _overdue = context.Overdue;
        if (FileIdentity.IsSpecial(path)) _special = SpecialFile.Open(path, context.Stop);
        _file = new PartialFile(path, context.Overwrite);
        _writer = _special is null ? new StreamWriter(_file.TemporaryPath) : new StreamWriter(_special);
    }

    public bool NeedsLabels => true;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        Array.Clear(_counts);
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        foreach (byte label in labels) _counts[label]++;
        double pixels = Math.Max(1, labels.Length);
        Writing(() =>
        {
            if (!_begun && !_json) _writer.WriteLine("frame,seconds,class,share" + (slot.Picture is null ? "" : ",image"));
            _begun = true;
            for (int i = 0; i < renderer.Classes.Count; i++)
            {
                string name = renderer.Classes[i];
                double share = _counts[i] / pixels;
                _writer.WriteLine(_json ? JsonRow(slot, name, share) : CsvRow(slot, name, share));
            }

            if (slot[Stamp.Composited] - _flushed < FlushPeriod) return;
            _writer.Flush();
            _flushed = slot[Stamp.Composited];
        });
    }

    public string? Finish()
    {
        if (!_begun) return null;
        Writing(() =>
        {
            _writer.Flush();
            _special?.Complete(_overdue);
            Close();
        });
        return _file.Complete();
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
            // The disk is full, which was reported when a line did not fit.
        }

        _file.Dispose();
    }

    private void Close()
    {
        if (_closed) return;
        _closed = true;
        _writer.Dispose();
    }

    private void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw _file.Failure(UserError.OneLine(e), e);
        }
    }

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
