using System.Globalization;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Commands;

/// <summary>
/// What is told about image files, one by one, in place of a video's figures: a line each, such as "2/4 a/0001.jpg: 768×576, road 41 %,
/// building 30 %; 38 ms", or, of many on a terminal, one bar over all.
/// </summary>
/// <param name="total">How many there are.</param>
/// <param name="classes">Names by label of the model in use.</param>
/// <param name="bar">Where a bar is drawn; null for lines.</param>
internal sealed class PictureProgress(int total, Func<IReadOnlyList<string>> classes, TextWriter? bar) : IDisposable
{
    private const int FewestForBar = 20, BarWidth = 30, LongestName = 40;
    private const string ClearLine = "\r\u001b[K";
    private readonly ClassShares _shares = new();
    private int _shown;

    /// <summary>What a bar is drawn on: standard error, if that is a terminal and there are many images; else null.</summary>
    public static TextWriter? BarFor(int total)
        => total > FewestForBar && Log.TakesTables && !Log.IsVerbose && !Console.IsErrorRedirected ? Console.Error : null;

    /// <summary>Tells about an image that was shown.</summary>
    public void Show(FrameSlot slot)
    {
        _shown++;
        if (bar is not null)
        {
            bar.Write(Bar(slot.Picture ?? ""));
            return;
        }

        double milliseconds = (slot[Stamp.Smoothed] - slot[Stamp.Dequeued]) / 1e6;
        Dictionary<string, int> found = slot.IsOnGpu ? new(StringComparer.Ordinal) : Found(slot);
        (int width, int height) = (slot.Image.Width, slot.Image.Height);
        string shares = string.Concat(found.Select(f => FormattableString.Invariant($", {f.Key} {f.Value} %")));
        string took = milliseconds.ToString("F0", CultureInfo.InvariantCulture);
        string line = $"{Place} {slot.Picture}: {width}×{height}{shares}; {took} ms";
        Log.Write(LogLevel.Info, line, new { image = slot.Picture, width, height, percent = found, ms = milliseconds });
    }

    /// <summary>Ends the bar's line.</summary>
    public void Dispose()
    {
        if (_shown > 0) bar?.WriteLine();
    }

    /// <summary>The classes that are in an image with their percent, the largest first; labels that share a name share an entry.</summary>
    private Dictionary<string, int> Found(FrameSlot slot)
    {
        _shares.Count(slot);
        byte[] percent = _shares.Percent.ToArray();
        return classes().Select((name, label) => (Name: name, Percent: percent[label]))
            .GroupBy(c => c.Name, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Percent: g.Sum(c => c.Percent)))
            .Where(c => c.Percent > 0)
            .OrderByDescending(c => c.Percent)
            .ToDictionary(c => c.Name, c => c.Percent, StringComparer.Ordinal);
    }

    /// <summary>How many were shown, of how many; in a second round only the former.</summary>
    private string Place => string.Create(CultureInfo.InvariantCulture, $"{_shown}{(_shown <= total ? $"/{total}" : "")}");

    private string Bar(string name)
    {
        int done = BarWidth * Math.Min(_shown, total) / Math.Max(1, total);
        string shown = name.Length > LongestName ? "…" + name[^LongestName..] : name;
        string filled = new('=', done), open = new(' ', BarWidth - done);
        return string.Create(CultureInfo.InvariantCulture, $"{ClearLine}[{filled}{open}] {Place} {PlainText.Of(shown)}");
    }
}
