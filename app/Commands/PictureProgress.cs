using System.Globalization;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Commands;

/// <summary>
/// What is told about image files, one by one, in place of a video's figures: a line each, or, of many on a terminal, one bar over all.
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
        if (bar is null) Log.Info(Line(slot));
        else bar.Write(Bar(slot.Picture ?? ""));
    }

    /// <summary>Ends the bar's line.</summary>
    public void Dispose()
    {
        if (_shown > 0) bar?.WriteLine();
    }

    /// <summary>Such as "2/4 a/0001.jpg: 768×576, road 41 %, building 30 %; 38 ms".</summary>
    private string Line(FrameSlot slot)
    {
        double milliseconds = (slot[Stamp.Smoothed] - slot[Stamp.Dequeued]) / 1e6;
        string found = slot.IsOnGpu ? "" : string.Concat(Found(slot).Select(f => $", {f}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_shown}/{total} {slot.Picture}: {slot.Image.Width}×{slot.Image.Height}{found}; {milliseconds:F0} ms");
    }

    /// <summary>The classes that are in it, the largest first.</summary>
    private IEnumerable<string> Found(FrameSlot slot)
    {
        _shares.Count(slot);
        byte[] percent = _shares.Percent.ToArray();
        return classes().Select((name, label) => (Name: name, Percent: percent[label])).Where(c => c.Percent > 0)
            .OrderByDescending(c => c.Percent).Select(c => FormattableString.Invariant($"{c.Name} {c.Percent} %"));
    }

    private string Bar(string name)
    {
        int done = BarWidth * Math.Min(_shown, total) / Math.Max(1, total);
        string shown = name.Length > LongestName ? "…" + name[^LongestName..] : name;
        string filled = new('=', done), open = new(' ', BarWidth - done);
        return string.Create(CultureInfo.InvariantCulture, $"{ClearLine}[{filled}{open}] {_shown}/{total} {PlainText.Of(shown)}");
    }
}
