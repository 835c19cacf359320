namespace RealtimeSeg.Inference;

/// <summary>
/// The models that a run may use: M goes to the next one, and a file that is written over is loaded again. Loading happens beside the
/// video; what fails is said, and the model in use goes on. Called on the thread that draws, but for <see cref="Current"/>.
/// </summary>
public sealed class ModelShelf : IDisposable
{
    private const long LookEvery = 500_000_000, NoticeFor = 6_000_000_000;
    private readonly Func<string, Segmenter> _load;
    private readonly IReadOnlyList<string> _files;
    private readonly List<Segmenter> _retired = [];
    private volatile Segmenter _current;
    private int _index;
    private (DateTime Written, long Length) _seen;
    private Task<(Segmenter? Model, int Index, string? Fault)>? _loading;
    private long _lookedAt, _noticeUntil;
    private string? _fault, _inUse;

    /// <param name="files">Models to choose from, the first one's place given by <paramref name="first"/>.</param>
    /// <param name="first">Index of the model in use.</param>
    /// <param name="model">That model, loaded; the shelf disposes it.</param>
    /// <param name="load">Loads a file, or throws <see cref="UserError"/>.</param>
    public ModelShelf(IReadOnlyList<string> files, int first, Segmenter model, Func<string, Segmenter> load)
    {
        (_files, _index, _current, _load) = (files, first, model, load);
        _seen = Look(_files[_index]);
    }

    /// <summary>The model to label the next frame with. Read by any thread.</summary>
    public Segmenter Current => _current;

    /// <summary>What is to be said about loading, for a while; null otherwise.</summary>
    public string? Notice { get; private set; }

    /// <summary>Why the last load failed, for a while; null otherwise.</summary>
    public string? Fault { get; private set; }

    /// <summary>Begins to load the next model.</summary>
    public void Next()
    {
        if (_files.Count > 1 && _loading is null) Begin((_index + 1) % _files.Count);
    }

    /// <summary>Looks after files and loading; to be called once a turn.</summary>
    public void Turn(long now)
    {
        if (_loading is { IsCompleted: true } done)
        {
            _loading = null;
            (Segmenter? model, int index, string? fault) = done.Result;
            if (model is not null) Use(model, index);
            _fault = fault;
            _noticeUntil = now + NoticeFor;
        }

        if (_loading is null && now - _lookedAt >= LookEvery)
        {
            _lookedAt = now;
            (DateTime, long) seen = Look(_files[_index]);
            if (seen != _seen && seen.Item2 > 0) Begin(_index);
            _seen = seen;
        }

        Fault = now < _noticeUntil ? _fault : null;
        Notice = _loading is not null ? "loading a model" : now < _noticeUntil && _fault is null ? _inUse : null;
    }

    public void Dispose()
    {
        if (_loading is not null) _loading.Result.Model?.Dispose();
        foreach (Segmenter s in _retired) s.Dispose();
        _current.Dispose();
    }

    private void Begin(int index) => _loading = Task.Run<(Segmenter?, int, string?)>(() =>
    {
        try
        {
            return (_load(_files[index]), index, null);
        }
        catch (UserError e)
        {
            return (null, index, e.Message);
        }
    });

    /// <summary>Frames on their way may still be bound to the old model, so that it lives on until the end.</summary>
    private void Use(Segmenter model, int index)
    {
        _retired.Add(_current);
        (_current, _index, _inUse) = (model, index, $"{model.Name} is in use");
        _seen = Look(_files[index]);
    }

    private static (DateTime, long) Look(string file)
    {
        FileInfo info = new(file);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length) : default;
    }
}
