using System.Globalization;
using System.Text;
using System.Text.Json;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>A line a frame: its number, its time in the source and each class's share of the picture; .csv, or .jsonl for JSON lines.</summary>
public sealed class StatsSink : ISink
{
    private readonly string _path, _partial;
    private readonly double _framesPerSecond;
    private readonly bool _json;
    private readonly StreamWriter _file;
    private readonly int[] _counts = new int[256];
    private bool _begun, _finished;

    /// <exception cref="UserError">The file cannot be made, or its name says nothing of its kind.</exception>
    public StatsSink(string path, double framesPerSecond)
    {
        (_path, _partial, _framesPerSecond, _json) = (path, path + ".part", framesPerSecond, path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase));
        if (!_json && !path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)) throw new UserError($"--stats {path}: name a .csv or .jsonl file");
        try
        {
            _file = new StreamWriter(_partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(path, e);
        }
    }

    public void Present(Renderer renderer, FrameSlot slot)
    {
        Array.Clear(_counts);
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        foreach (byte label in labels) _counts[label]++;
        double total = Math.Max(1, labels.Length), seconds = slot.Index / _framesPerSecond;
        try
        {
            if (!_begun && !_json) _file.WriteLine("frame,seconds," + string.Join(',', renderer.Classes));
            _begun = true;
            StringBuilder line = new();
            if (_json) line.Append(CultureInfo.InvariantCulture, $"{{\"frame\":{slot.Index},\"seconds\":{seconds:F3}");
            else line.Append(CultureInfo.InvariantCulture, $"{slot.Index},{seconds:F3}");
            for (int i = 0; i < renderer.Classes.Count; i++)
            {
                if (_json) line.Append(CultureInfo.InvariantCulture, $",{JsonSerializer.Serialize(renderer.Classes[i])}:{_counts[i] / total:F5}");
                else line.Append(CultureInfo.InvariantCulture, $",{_counts[i] / total:F5}");
            }

            _file.WriteLine(_json ? line.Append('}') : line);
        }
        catch (IOException e)
        {
            throw new UserError($"cannot write {_path} ({UserError.OneLine(e)}): is the disk full?", e);
        }
    }

    public string? Finish()
    {
        if (!_begun) return null;
        _file.Dispose();
        File.Move(_partial, _path, overwrite: true);
        _finished = true;
        return _path;
    }

    public void Dispose()
    {
        if (_finished) return;
        _file.Dispose();
        File.Delete(_partial);
    }
}
