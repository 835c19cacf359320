using System.Collections.Concurrent;
using RealtimeSeg.Input;

namespace RealtimeSeg.Engine;

/// <summary>Hands commands from other threads to the loop, and the loop's figures to them.</summary>
public sealed class RemoteControl
{
    private readonly ConcurrentQueue<UserInput> _inputs = new();
    private volatile Snapshot? _latest;

    /// <summary>The newest figures; null before the first frame.</summary>
    public Snapshot? Latest => _latest;

    public void Send(UserInput input) => _inputs.Enqueue(input);

    /// <summary>Gives every command since the last call to <paramref name="given"/>.</summary>
    public void Poll(Action<UserInput> given)
    {
        while (_inputs.TryDequeue(out UserInput input)) given(input);
    }

    public void Publish(Snapshot snapshot) => _latest = snapshot;
}
