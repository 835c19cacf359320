using System.Collections.Concurrent;
using RealtimeSeg.Input;

namespace RealtimeSeg.Engine;

/// <summary>Carries commands from other threads to the loop, and the loop's figures to them.</summary>
public sealed class RemoteControl
{
    private readonly ConcurrentQueue<UserInput> _inputs = new();
    private volatile Snapshot? _latest;

    /// <summary>The newest figures; null before the first frame.</summary>
    public Snapshot? Latest => _latest;

    /// <summary>Queues a command. Called by any thread.</summary>
    public void Send(UserInput input) => _inputs.Enqueue(input);

    /// <summary>Passes every command since the last call to <paramref name="handle"/>. Called by the loop.</summary>
    public void Poll(Action<UserInput> handle)
    {
        while (_inputs.TryDequeue(out UserInput input)) handle(input with { OnPage = true });
    }

    /// <summary>Replaces <see cref="Latest"/>. Called by the loop.</summary>
    public void Publish(Snapshot snapshot) => _latest = snapshot;
}
