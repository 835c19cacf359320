namespace RealtimeSeg.Graphics;

/// <summary>Compiles shaders anew when their files change, so that they can be worked on while the video runs.</summary>
internal sealed class ShaderWatch : IDisposable
{
    /// <summary>Editors write in several steps.</summary>
    private const long Settle = 200_000_000;

    private readonly FileSystemWatcher _watcher;
    private readonly List<ShaderProgram> _programs = [];
    private volatile bool _changed;
    private long _changedAt;

    public ShaderWatch()
    {
        _watcher = new FileSystemWatcher(ShaderProgram.Folder) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName, IncludeSubdirectories = true };
        _watcher.Changed += (_, _) => _changed = true;
        _watcher.Created += (_, _) => _changed = true;
        _watcher.Renamed += (_, _) => _changed = true;
        try
        {
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            // No watches left on this machine: then shaders are read once, as everywhere else.
        }
    }

    /// <summary>What is wrong with the shaders on disk; null when nothing is.</summary>
    public string? Fault { get; private set; }

    public void Add(IEnumerable<ShaderProgram> programs) => _programs.AddRange(programs);

    /// <summary>To be called once a frame; true where programs were compiled anew.</summary>
    public bool Turn(long now)
    {
        if (!_changed) return false;
        if (_changedAt == 0) _changedAt = now;
        if (now - _changedAt < Settle) return false;
        (_changed, _changedAt, Fault) = (false, 0, null);
        foreach (ShaderProgram p in _programs)
        {
            try
            {
                p.Reload();
            }
            catch (Exception e) when (e is UserError or IOException)
            {
                Fault = UserError.OneLine(e);
            }
        }

        return true;
    }

    public void Dispose() => _watcher.Dispose();
}
