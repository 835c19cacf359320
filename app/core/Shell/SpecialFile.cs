using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// A pipe or device that is written to. Opening and writing a pipe wait for its reader, and no signal ends that wait in a blocking call;
/// here a token does, and what the pipe has no room for then is kept until <see cref="Complete"/>.
/// </summary>
public sealed partial class SpecialFile : Stream
{
    private const int WriteOnly = 0x1, NonBlocking = 0x800, CloseOnExec = 0x80000; // the same on x64 and arm64
    private const int Interrupted = 4, NoReader = 6, NoRoom = 11; // EINTR, ENXIO, EAGAIN
    private const int PauseMilliseconds = 5;

    /// <summary>How long a reader may keep the end of a run waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly CancellationToken _stop;
    private readonly List<byte> _pending = [];

    private SpecialFile(string path, SafeFileHandle handle, CancellationToken stop) => (_path, _handle, _stop) = (path, handle, stop);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens it as soon as a pipe has a reader.</summary>
    /// <param name="path">A name that leads to a pipe, a device or a socket.</param>
    /// <param name="stop">Ends waiting, now and in each write.</param>
    /// <exception cref="UserError">Nobody reads it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SpecialFile Open(string path, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            SafeFileHandle handle = OpenFile(path, WriteOnly | NonBlocking | CloseOnExec, 0);
            if (!handle.IsInvalid) return new SpecialFile(path, handle, stop);
            int error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            if (error != NoReader || FileIdentity.Of(path) is not { IsPipe: true }) throw Failed(error);
            if (stop.WaitHandle.WaitOne(PauseMilliseconds) || Stopwatch.GetElapsedTime(begun) > Patience) throw Unread(path);
        }
    }

    /// <exception cref="IOException">It cannot be written, as when its reader is gone.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _pending.AddRange(buffer);
        Push(TimeSpan.MaxValue, _stop);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes what is left.</summary>
    /// <param name="overdue">Ends waiting for its reader.</param>
    /// <exception cref="UserError">Its reader does not take it.</exception>
    /// <exception cref="IOException">It cannot be written, as when its reader is gone.</exception>
    public void Complete(CancellationToken overdue)
    {
        if (!Push(Patience, overdue)) throw Unread(_path);
    }

    public override void Flush()
    {
        // What could be written was; the rest is Complete's.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _handle.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Writes as much of what is pending as its reader makes room for until a time; false if there is more.</summary>
    private bool Push(TimeSpan patience, CancellationToken until)
    {
        long moved = Stopwatch.GetTimestamp();
        int written = 0;
        while (written < _pending.Count)
        {
            ReadOnlySpan<byte> rest = CollectionsMarshal.AsSpan(_pending)[written..];
            nint count = WriteFile(_handle, rest, rest.Length);
            if (count >= 0)
            {
                written += (int)count;
                moved = Stopwatch.GetTimestamp();
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is not (NoRoom or Interrupted)) throw Failed(error);
            if (until.WaitHandle.WaitOne(PauseMilliseconds) || Stopwatch.GetElapsedTime(moved) > patience) break;
        }

        _pending.RemoveRange(0, written);
        return _pending.Count == 0;
    }

    private static IOException Failed(int error) => new(Marshal.GetPInvokeErrorMessage(error));

    private static UserError Unread(string path) => UserError.CannotWrite(path, "nobody reads it; start its reader first");

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteFile(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint count);
}
