using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>Threads beside the main one, and what they throw.</summary>
public sealed class WorkerTests
{
    [Fact]
    public void What_a_thread_throws_is_thrown_again_where_it_is_asked_for()
    {
        Worker? worker = null;
        using ManualResetEventSlim known = new(), assigned = new();
        worker = Worker.Start("test", () => throw new InvalidDataException("odd"), () =>
        {
            assigned.Wait();
            if (worker!.Failure is InvalidDataException) known.Set();
        });
        assigned.Set();
        worker.Join();
        Assert.True(known.IsSet, "the failure was not known at the thread's end");
        Assert.Equal("odd", Assert.Throws<InvalidDataException>(worker.ThrowIfFailed).Message);
    }

    [Fact]
    public void A_thread_that_hangs_is_waited_for_until_there_is_no_more_time()
    {
        using ManualResetEventSlim end = new();
        using CancellationTokenSource overdue = new();
        Worker worker = Worker.Start("test", end.Wait);
        overdue.Cancel();
        Assert.False(worker.Join(overdue.Token));
        end.Set();
        Assert.True(worker.Join(CancellationToken.None));
        worker.ThrowIfFailed();
    }
}
