using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Quantization;

namespace RealtimeSeg.Training.Step;

/// <summary>The whole training step as one ONNX graph: forward, loss, gradients, update.</summary>
public sealed class StepGraph
{
    public const string Frame = "frame", Labels = "labels", Numbers = "numbers", Taught = "taught", Loss = "loss", Norms = "norms";

    /// <summary>Prefix of a parameter's name that names its moving average.</summary>
    public const string AveragePrefix = "average/";

    /// <summary>The serialised graph.</summary>
    public required byte[] Model { get; init; }

    /// <summary>What lives from step to step, in the order of the graph's inputs and outputs.</summary>
    public required IReadOnlyList<StateTensor> State { get; init; }

    public required BatchShape Batch { get; init; }

    /// <summary>The shape of a teacher's probabilities, the input <see cref="Taught"/>; null without a teacher.</summary>
    public Shape? TaughtShape { get; init; }

    /// <summary>The learned parameters, in the order of the output <see cref="Norms"/>: the squared norm of each one's gradient.</summary>
    public required IReadOnlyList<string> Learned { get; init; }

    /// <summary>Number of learned weights.</summary>
    public long ParameterCount
        => State.Where(s => s.Parameter is { Kind: not ParameterKind.Statistic } p && p.Name == s.Name).Sum(s => s.Shape.Count);

    /// <param name="net">The network.</param>
    /// <param name="batch">Size of a batch.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="classWeights">Of the loss, one per class.</param>
    /// <param name="optimizer">Emits the updates.</param>
    /// <param name="average">Keep a moving average of all parameters beside them, to be exported instead.</param>
    /// <param name="clipNorm">Largest gradient norm over all parameters together (Pascanu et al. 2013); 0 for no limit.</param>
    /// <param name="ranges">Of activations, to train for 8 bits, see <see cref="FakeQuantization"/>; null to train floats.</param>
    /// <param name="taught">A teacher's probabilities go into the loss.</param>
    public static StepGraph Build(
        INetwork net,
        BatchShape batch,
        Objective objective,
        IReadOnlyList<float> classWeights,
        Optimizer optimizer,
        bool average = false,
        float clipNorm = 0,
        IReadOnlyDictionary<string, ValueRange>? ranges = null,
        bool taught = false)
    {
        GraphBuilder g = new();
        Value frame = g.Input(Frame, ElementType.UInt8, new Shape(batch.N, batch.H, batch.W, 3));
        Value labels = g.Input(Labels, ElementType.UInt8, new Shape(batch.N, batch.H, batch.W));
        Value numbers = g.Input(Numbers, ElementType.Float, new Shape(StepNumbers.Count));

        StepScalars scalars = StepScalars.Of(g, numbers);
        TrainableLayers layers = ranges is null
            ? new TrainableLayers(g, batchStatistics: true, scalars.DropoutStep)
            : new FrozenLayers(g);
        NetworkOutput output = net.Forward(layers, frame);
        Value? teacher = taught ? g.Input(Taught, ElementType.Float, output.Scores.Shape) : null;
        Value loss = objective.Emit(g, output, labels, classWeights, teacher);
        if (ranges is not null) FakeQuantization.Insert(g, output.Scores, layers.Parameters, ranges);
        (Parameter Parameter, Value Value)[] learned = [.. layers.Parameters.Where(p => p.Parameter.Kind != ParameterKind.Statistic)];
        IReadOnlyList<Value> gradients = Gradients.Of(g, loss, [.. learned.Select(p => p.Value)]);

        Value norms = Layout.Concat(g, [.. gradients.Select(d => Layout.Reshape(g, Reduce.SumOfSquares(g, d), new Shape(1)))], 0);
        if (clipNorm > 0) gradients = Clipped(g, gradients, norms, clipNorm);

        NextState next = new(g, average ? scalars.AverageDecay : null);
        next.Output(loss, Loss);
        next.Output(norms, Norms);
        foreach (((Parameter p, Value w), Value gradient) in learned.Zip(gradients))
        {
            Value[] memory = [.. optimizer.Memory.Select(m => g.Input($"{m}/{p.Name}", ElementType.Float, p.Shape))];
            ParameterUpdate update = new(w, gradient, memory, Decays: p.Kind == ParameterKind.Weight);
            StepScalars own = p.InBody ? scalars with { LearningRate = scalars.BodyRate } : scalars;
            (Value newW, IReadOnlyList<Value> newMemory) = optimizer.Update(g, update, own);
            next.Keep(p, w, newW);
            foreach ((Value now, Value then) in memory.Zip(newMemory)) next.Keep(now, then);
        }

        foreach ((Parameter p, Value v) in layers.Parameters.Where(p => p.Parameter.Kind == ParameterKind.Statistic))
            next.Keep(p, v, layers.StatisticUpdates.GetValueOrDefault(p.Name) ?? Elementwise.Copy(g, v));

        return new StepGraph
        {
            Model = OnnxWriter.Write(g, next.Outputs),
            State = next.Tensors,
            Batch = batch,
            TaughtShape = teacher?.Shape,
            Learned = [.. learned.Select(p => p.Parameter.Name)],
        };
    }

    /// <summary>The gradients, scaled down together if their norm exceeds the limit.</summary>
    private static IReadOnlyList<Value> Clipped(GraphBuilder g, IReadOnlyList<Value> gradients, Value squaredNorms, float limit)
    {
        Value norm = Elementwise.Sqrt(g, Reduce.SumAll(g, squaredNorms));
        Value factor = Elementwise.Div(g, g.Constant(limit), Elementwise.Max(g, norm, g.Constant(limit)));
        return [.. gradients.Select(d => Elementwise.Mul(g, d, factor))];
    }
}
