using RealtimeSeg.Frames;

namespace RealtimeSeg.Graphics;

/// <summary>Compiles shaders again when their files change, so that they can be edited while the video runs.</summary>
internal sealed class ShaderWatch : IDisposable
{
    /// <summary>Nanoseconds without a change before files are read: editors write in several steps.</summary>
    private const long Settle = 200_000_000;

    private readonly FileSystemWatcher _watcher;
    private readonly ShaderProgram[] _programs;
    private volatile bool _changed;
    private long _changedAt;

    public ShaderWatch(IEnumerable<ShaderProgram> programs)
    {
        _programs = [.. programs];
        _watcher = new FileSystemWatcher(ShaderSource.Folder)
        {
            NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName,
            IncludeSubdirectories = true,
        };
        _watcher.Changed += (_, _) => _changed = true;
        _watcher.Created += (_, _) => _changed = true;
        _watcher.Renamed += (_, _) => _changed = true;
        try
        {
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            // The machine has no watches left: shaders are then read once.
        }
    }

    /// <summary>An alarm if the files on disk do not compile; null otherwise.</summary>
    public Status? Status { get; private set; }

    /// <summary>Reloads what changed; to be called once per frame.</summary>
    public void Turn(long now)
    {
        if (!_changed) return;
        if (_changedAt == 0) _changedAt = now;
        if (now - _changedAt < Settle) return;
        (_changed, _changedAt, Status) = (false, 0, null);
        foreach (ShaderProgram p in _programs)
        {
            try
            {
                p.Reload();
            }
            catch (Exception e) when (e is UserError or IOException or UnauthorizedAccessException)
            {
                Status = Frames.Status.Alarm(UserError.OneLine(e));
            }
        }
    }

    /// <summary>A frame was drawn: what was reloaded and used for it is good.</summary>
    public void Accept()
    {
        foreach (ShaderProgram p in _programs) p.Accept();
    }

    /// <summary>Drawing failed: goes back to the shaders before the last change; false if that was not the cause.</summary>
    public bool Revert(Exception e)
    {
        bool reverted = false;
        foreach (ShaderProgram p in _programs) reverted |= p.Revert();
        if (reverted) Status = Frames.Status.Alarm($"a changed shader cannot draw ({UserError.OneLine(e)}): the one before stays");
        return reverted;
    }

    public void Dispose() => _watcher.Dispose();
}
