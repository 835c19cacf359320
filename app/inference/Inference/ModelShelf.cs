using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>
/// The models that a run may use: M goes to the next one, and a file that is written over is loaded again. Loading happens beside the
/// video; failures are reported, and the current model stays. Called on the thread that draws, except <see cref="Current"/>.
/// </summary>
public sealed class ModelShelf : IDisposable
{
    /// <summary>Nanoseconds between two looks at the current file, and for which the result of loading is shown.</summary>
    private const long LookEvery = 500_000_000, ResultFor = 6_000_000_000;

    private readonly Func<string, Segmenter>? _loadForCpu;
    private readonly IReadOnlyList<string> _files;
    private readonly List<Task> _unloading = [];
    private volatile Segmenter _current;
    private volatile Func<string, Segmenter> _load;
    private int _index, _tried;
    private FileState _seen;
    private Task<Loaded>? _loading;
    private bool _isOutdated;
    private long _lookedAt, _resultUntil;
    private Status _result;

    /// <param name="files">Models to choose from.</param>
    /// <param name="first">Index of the model in use.</param>
    /// <param name="model">That model, loaded; the shelf disposes it.</param>
    /// <param name="load">Loads a file, or throws <see cref="UserError"/>.</param>
    /// <param name="loadForCpu">The same for the CPU, should <paramref name="load"/> not be for it; null if it is.</param>
    public ModelShelf(
        IReadOnlyList<string> files, int first, Segmenter model, Func<string, Segmenter> load, Func<string, Segmenter>? loadForCpu = null)
    {
        (_files, _index, _tried, _current, _load, _loadForCpu) = (files, first, first, model, load, loadForCpu);
        _seen = FileState.Of(_files[_index]);
    }

    /// <summary>The model in use. To be run, it must be borrowed.</summary>
    public Segmenter Current => _current;

    /// <summary>That a model is being loaded and, for a while, how it went; null otherwise.</summary>
    public Status? Status { get; private set; }

    /// <summary>The end of all unloading that has begun.</summary>
    internal Task Unloaded => Task.WhenAll(_unloading);

    /// <summary>
    /// The model to label the next frame with. It stays loaded until <see cref="Segmenter.LetGo"/>, even if another one takes over.
    /// Called by any thread.
    /// </summary>
    public Segmenter Borrow()
    {
        Segmenter model;
        do model = _current;
        while (!model.TryKeep()); // another one took over in between
        return model;
    }

    /// <summary>Whether the CPU took over from a GPU.</summary>
    public bool FellBack { get; private set; }

    /// <summary>Has the CPU run the model in use, and all that are loaded later. Called on the thread that draws and infers.</summary>
    /// <returns>False if it does already, or there is no way to.</returns>
    /// <exception cref="UserError">It cannot be loaded for the CPU.</exception>
    public bool FallBack()
    {
        if (_loadForCpu is null || FellBack) return false;
        FellBack = true;
        _load = _loadForCpu;
        _isOutdated = _loading is not null;
        Segmenter retired = _current;
        _current = _load(_files[_index]);
        _unloading.Add(retired.Retire());
        return true;
    }

    /// <summary>Begins to load the next model: after one that cannot be loaded, the one after that.</summary>
    public void Next()
    {
        if (_loading is not null) return;
        _tried = (_tried + 1) % _files.Count;
        if (_tried == _index) _tried = (_tried + 1) % _files.Count;
        if (_tried != _index) Load(_tried);
    }

    /// <summary>Finishes loading and looks for changed files; to be called once per turn of the loop.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Turn(long now)
    {
        if (_loading is { IsCompleted: true } done)
        {
            _loading = null;
            Loaded loaded = done.GetAwaiter().GetResult();
            if (_isOutdated) LoadAgain(loaded);
            else (_result, _resultUntil) = (Take(loaded), now + ResultFor);
        }

        if (_loading is null && now - _lookedAt >= LookEvery)
        {
            _lookedAt = now;
            LoadIfChanged();
        }

        Status? result = now < _resultUntil ? _result : null;
        Status? loading = _loading is null ? null : new Status("loading a model");
        Status = Frames.Status.MostUrgent(loading, result);
    }

    /// <summary>Unloads all models. Slots that are bound to one must have been disposed.</summary>
    public void Dispose()
    {
        if (_loading is not null) _loading.Result.Model?.Dispose();
        _current.Dispose();
        Task.WaitAll(_unloading); // native code must not be at work when the process ends
    }

    /// <summary>What was being loaded for shaders when they failed is loaded for the CPU.</summary>
    private void LoadAgain(Loaded outdated)
    {
        _isOutdated = false;
        outdated.Model?.Dispose();
        Load(outdated.Index);
    }

    private void LoadIfChanged()
    {
        FileState state = FileState.Of(_files[_index]);
        if (state != _seen && state.Length > 0) Load(_index);
        _seen = state;
    }

    private void Load(int index) => _loading = Task.Run(() =>
    {
        try
        {
            return new Loaded(index, LoadedAndTried(_files[index]), Error: null);
        }
#pragma warning disable CA1031 // Whatever is wrong with a file, the current model goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string why = e is UserError ? e.Message : $"{_files[index]} cannot be loaded ({UserError.OneLine(e)})";
            return new Loaded(index, Model: null, why);
        }
    });

    /// <summary>A model that has run: one that cannot would end the run with its first frame.</summary>
    private Segmenter LoadedAndTried(string file)
    {
        Segmenter model = _load(file);
        try
        {
            model.Rehearse();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Puts a model into use. The old one is unloaded with the last slot that is bound to it.</summary>
    private Status Take(Loaded loaded)
    {
        if (loaded.Model is not { } model) return Frames.Status.Alarm(loaded.Error!);
        Segmenter retired = _current;
        (_current, _index, _tried) = (model, loaded.Index, loaded.Index);
        _unloading.RemoveAll(u => u.IsCompleted);
        _unloading.Add(retired.Retire());
        _seen = FileState.Of(_files[_index]);
        return new Status($"{model.Name} is in use");
    }

    /// <summary>Result of a load: the model, or why there is none.</summary>
    private sealed record Loaded(int Index, Segmenter? Model, string? Error);

    /// <summary>Changes when a file is written over.</summary>
    private readonly record struct FileState(DateTime Written, long Length)
    {
        public static FileState Of(string file)
        {
            FileInfo info = new(file);
            return info.Exists ? new FileState(info.LastWriteTimeUtc, info.Length) : default;
        }
    }
}
