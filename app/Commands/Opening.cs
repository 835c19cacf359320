namespace RealtimeSeg.Commands;

/// <summary>A part that is opened on another thread. Disposing waits for it and disposes it, whether it was taken or not.</summary>
/// <param name="open">Opens it, or throws.</param>
internal sealed class Opening<T>(Func<T> open) : IDisposable
    where T : class, IDisposable
{
    private readonly Task<T> _part = Task.Run(open);

    /// <summary>Waits for it; throws what opening it threw.</summary>
    public T Take() => _part.GetAwaiter().GetResult();

    public void Dispose()
    {
        ((IAsyncResult)_part).AsyncWaitHandle.WaitOne();
        if (_part.IsCompletedSuccessfully) _part.Result.Dispose(); // what failed was thrown, or something before it was
    }
}
