using System.Text;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// While it lives, what cannot be printed (the disk is full, the terminal is gone, the output was closed) ends nothing: a recording is
/// worth more than the line about it.
/// </summary>
internal sealed class LenientConsole : IDisposable
{
    private readonly TextWriter _out = Opened(() => Console.Out), _error = Opened(() => Console.Error);
    private readonly LenientWriter _lenient;

    public LenientConsole()
    {
        _lenient = new LenientWriter(_out);
        Console.SetOut(_lenient);
        Console.SetError(new LenientWriter(_error));
    }

    /// <summary>Why not all of the output could be written; null if it was, or if nobody wanted it.</summary>
    public IOException? Failure => _lenient.Failure;

    public void Dispose()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
    }

    private static TextWriter Opened(Func<TextWriter> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TextWriter.Null; // it was closed before the program began
        }
    }

    private sealed class LenientWriter(TextWriter inner) : TextWriter
    {
        private bool _isOver;

        public IOException? Failure { get; private set; }

        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Try(static (w, c) => w.Write(c), value);

        public override void Write(string? value) => Try(static (w, text) => w.Write(text), value);

        public override void Write(char[] buffer, int index, int count)
            => Try(static (w, part) => w.Write(part.Span), buffer.AsMemory(index, count));

        public override void Flush() => Try(static (w, _) => w.Flush(), 0);

        private void Try<T>(Action<TextWriter, T> write, T value)
        {
            if (_isOver) return;
            try
            {
                write(inner, value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _isOver = true;
                Failure = e as IOException; // no access: whoever started the program closed it
            }
        }
    }
}
