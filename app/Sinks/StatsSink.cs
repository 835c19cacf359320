using System.Globalization;
using System.Text;
using System.Text.Json;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A line per frame: its number, its time in the source and each class's share of the labels; .csv, or .jsonl for JSON lines.
/// </summary>
public sealed class StatsSink : ISink
{
    /// <summary>Nanoseconds after which lines are in the file at the latest.</summary>
    private const long FlushPeriod = 1_000_000_000;

    private readonly bool _json;
    private readonly PartialFile _file;
    private readonly StreamWriter _writer;
    private readonly int[] _counts = new int[256];
    private bool _begun, _closed;
    private long _flushed;

    /// <exception cref="UserError">The file cannot be created, or its extension is neither.</exception>
    public StatsSink(string path, bool overwrite)
    {
        _json = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        if (!_json && !path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            throw new UserError($"--stats {path}: name a .csv or .jsonl file");
        _file = new PartialFile(path, overwrite);
        _writer = new StreamWriter(_file.TemporaryPath);
    }

    public void Present(Renderer renderer, FrameSlot slot)
    {
        Array.Clear(_counts);
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        foreach (byte label in labels) _counts[label]++;
        double pixels = Math.Max(1, labels.Length), seconds = slot.Seconds;
        double[] shares = [.. renderer.Classes.Select((_, i) => _counts[i] / pixels)];
        Writing(() =>
        {
            if (!_begun && !_json) _writer.WriteLine("frame,seconds," + string.Join(',', renderer.Classes));
            _begun = true;
            _writer.WriteLine(_json ? JsonLine(slot.Index, seconds, renderer.Classes, shares) : CsvLine(slot.Index, seconds, shares));
            if (slot[Stamp.Composited] - _flushed < FlushPeriod) return;
            _writer.Flush();
            _flushed = slot[Stamp.Composited];
        });
    }

    public string? Finish()
    {
        if (!_begun) return null;
        Writing(Close);
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
            throw _file.Failure($"{UserError.OneLine(e)}; is the disk full?", e);
        }
    }

    private static string CsvLine(long frame, double seconds, IEnumerable<double> shares)
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{frame},{seconds:F3}");
        foreach (double share in shares) line.Append(CultureInfo.InvariantCulture, $",{share:F5}");
        return line.ToString();
    }

    private static string JsonLine(long frame, double seconds, IEnumerable<string> classes, IEnumerable<double> shares)
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{{\"frame\":{frame},\"seconds\":{seconds:F3}");
        foreach ((string name, double share) in classes.Zip(shares))
            line.Append(CultureInfo.InvariantCulture, $",{JsonSerializer.Serialize(name)}:{share:F5}");
        return line.Append('}').ToString();
    }
}
