using System.Text;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sinks;

/// <summary>Results in a file of JSON lines, a pipe or a device.</summary>
internal sealed class ResultFile(string path, SinkContext context) : IResultReceiver
{
    private readonly LineFile _lines = new(path, context);

    public void Take(FrameSlot slot, ReadOnlySpan<byte> line)
    {
        string text = Encoding.UTF8.GetString(line);
        _lines.Write(slot, w => w.WriteLine(text));
    }

    public string? Finish() => _lines.Finish();

    public void Dispose() => _lines.Dispose();
}

/// <summary>Results on standard output, each at once: what reads them may be a filter.</summary>
internal sealed class ResultOutput(SinkContext context) : IResultReceiver
{
    private readonly Stream _output = StandardOutputSink.Open(context);

    public void Take(FrameSlot slot, ReadOnlySpan<byte> line)
    {
        byte[] bytes = [.. line, (byte)'\n'];
        StandardOutputSink.Writing(() => _output.Write(bytes));
    }

    public string? Finish()
    {
        StandardOutputSink.Writing(() =>
        {
            if (_output is SpecialFile pipe) pipe.Complete(context.Overdue);
            else _output.Flush();
        });
        return null;
    }

    public void Dispose() => _output.Dispose();
}
