using System.Collections.Concurrent;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// Prepares batches on threads of its own, a few ahead of the step. Batch t is a function of the seed and t alone, so that a resumed run
/// sees what an uninterrupted one would, on however many threads.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    /// <summary>Batches that wait for the step.</summary>
    private const int Ahead = 3;

    /// <summary>The step needs most of the machine.</summary>
    private static readonly int Threads = Math.Max(1, Environment.ProcessorCount / 4);

    private readonly MixedDataset _data;
    private readonly BatchShape _shape;
    private readonly int _seed;
    private readonly Func<SampleMaker> _newMaker;
    private readonly ConcurrentBag<SampleMaker> _makers = [];
    private readonly BlockingCollection<Batch> _ready = new(Ahead);
    private readonly ConcurrentBag<Batch> _free = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Worker _worker;

    /// <param name="data">What the batches come from.</param>
    /// <param name="shape">Size of a batch.</param>
    /// <param name="seed">Seed of order and augmentation.</param>
    /// <param name="firstStep">The step whose batch comes first.</param>
    /// <param name="sampling">How images become those of a batch; null for whole ones with the plain augmentation.</param>
    public BatchLoader(MixedDataset data, BatchShape shape, int seed, long firstStep, Sampling? sampling = null)
    {
        if (data.EpochSize < shape.N)
            throw new UserError($"{data.EpochSize} images do not fill a batch of {shape.N}: use --batch {data.EpochSize} or fewer");
        _data = data;
        _shape = shape;
        _seed = seed;
        sampling ??= new Sampling();
        ProposalCrops? proposals = sampling.Proposals > 0 ? new ProposalCrops(data.ClassNames, sampling.Proposals) : null;
        _newMaker = () => new SampleMaker(data, shape, sampling, proposals);
        StepsPerEpoch = data.EpochSize / shape.N;
        _worker = Worker.Start("loader", () => Work(firstStep), _ready.CompleteAdding);
    }

    /// <summary>Whole batches in an epoch; the images that fill no batch are left out of it.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Copies the next batch to where the step reads it; waits until it is ready.</summary>
    /// <param name="frame">N × H × W × 3 bytes to fill.</param>
    /// <param name="labels">N × H × W bytes to fill.</param>
    /// <exception cref="UserError">A file of the data cannot be used.</exception>
    public void Next(Span<byte> frame, Span<byte> labels)
    {
        if (!_ready.TryTake(out Batch? batch, Timeout.Infinite))
        {
            if (_worker.Failure is AggregateException { InnerExceptions: [UserError error, ..] }) throw error; // of one of its threads
            _worker.ThrowIfFailed();
            throw new ObjectDisposedException(nameof(BatchLoader));
        }

        batch.Frame.CopyTo(frame);
        batch.Labels.CopyTo(labels);
        _free.Add(batch);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _worker.Join();
        foreach (SampleMaker maker in _makers) maker.Dispose();
        _ready.Dispose();
        _stop.Dispose();
    }

    private void Work(long step)
    {
        try
        {
            long epoch = -1;
            IReadOnlyList<(IDataset Set, int Index)> order = [];
            for (; !_stop.IsCancellationRequested; step++)
            {
                if (step / StepsPerEpoch != epoch)
                {
                    epoch = step / StepsPerEpoch;
                    order = _data.Epoch(_seed, epoch);
                }

                if (!_free.TryTake(out Batch? batch)) batch = Batch.Of(_shape);
                Fill(batch, order, step);
                _ready.Add(batch, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Dispose was called while the queue was full.
        }
    }

    private void Fill(Batch batch, IReadOnlyList<(IDataset Set, int Index)> order, long step)
    {
        int pixels = _shape.H * _shape.W, first = (int)(step % StepsPerEpoch) * _shape.N;
        Parallel.For(0, _shape.N, new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = _stop.Token }, i =>
        {
            (IDataset set, int index) = order[first + i];
            if (!_makers.TryTake(out SampleMaker? maker)) maker = _newMaker();
            Random random = Seeds.Random(_seed, (step * _shape.N) + i);
            maker.Make(set, index, random, batch.Frame.AsSpan(i * pixels * 3, pixels * 3), batch.Labels.AsSpan(i * pixels, pixels));
            _makers.Add(maker);
        });
    }

    private sealed record Batch(byte[] Frame, byte[] Labels)
    {
        public static Batch Of(BatchShape shape)
        {
            int pixels = shape.N * shape.H * shape.W;
            return new Batch(new byte[pixels * 3], new byte[pixels]);
        }
    }
}
