using Xunit;

namespace RealtimeSeg.Tests.Core;

public sealed class ProgramStartTests
{
    /// <summary>The pool ends threads whenever it likes: one may have ended between the list of threads and a look at it.</summary>
    [Fact]
    public void Threads_that_end_in_between_do_not_matter()
    {
        using CancellationTokenSource end = new();
        Thread churn = new(() =>
        {
            while (!end.IsCancellationRequested)
            {
                Thread[] some = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() => { }))];
                foreach (Thread t in some) t.Start();
                foreach (Thread t in some) t.Join();
            }
        });
        churn.Start();
        double[] times = [.. Enumerable.Range(0, 200).Select(_ => ProgramStart.Milliseconds())];
        end.Cancel();
        churn.Join();
        Assert.All(times, t => Assert.InRange(t, 1, 24 * 3600e3));
    }
}
