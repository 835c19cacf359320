using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;

namespace RealtimeSeg.Training.Step;

/// <summary>The whole training step as one ONNX graph: forward, loss, gradients, update.</summary>
public sealed class StepGraph
{
    public const string Frame = "frame", Labels = "labels", Numbers = "numbers", Loss = "loss", Norms = "norms";

    /// <summary>Before the name of a parameter: its moving average.</summary>
    public const string AveragePrefix = "average/";

    public required byte[] Model { get; init; }
    public required IReadOnlyList<StateTensor> State { get; init; }
    public required BatchShape Batch { get; init; }

    /// <summary>The learned parameters, in the order of the output <see cref="Norms"/>: the squared length of each one's gradient.</summary>
    public required IReadOnlyList<string> Learned { get; init; }

    public long ParameterCount => State.Where(s => s.Parameter is { Kind: not ParameterKind.Statistic } p && p.Name == s.Name).Sum(s => s.Shape.Count);

    /// <param name="net">The network.</param>
    /// <param name="batch">Size of a batch.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="classWeights">Of the loss.</param>
    /// <param name="optimizer">Emits the updates.</param>
    /// <param name="average">Keep a moving average of all parameters beside them, to be exported instead.</param>
    /// <param name="clipNorm">Longest gradient over all parameters together (Pascanu et al. 2013); 0 for no limit.</param>
    public static StepGraph Build(INetwork net, BatchShape batch, Objective objective, IReadOnlyList<float> classWeights, Optimizer optimizer, bool average = false, float clipNorm = 0)
    {
        GraphBuilder g = new();
        Value frame = g.Input(Frame, ElementType.UInt8, new Shape(batch.N, batch.H, batch.W, 3));
        Value labels = g.Input(Labels, ElementType.UInt8, new Shape(batch.N, batch.H, batch.W));
        Value numbers = g.Input(Numbers, ElementType.Float, new Shape(StepNumbers.Count));

        StepScalars scalars = StepScalars.Of(g, numbers);
        TrainableLayers layers = new(g, batchStatistics: true, scalars.DropoutStep);
        Value loss = objective.Emit(g, net.Forward(layers, frame), labels, classWeights);
        (Parameter Parameter, Value Value)[] learned = [.. layers.Parameters.Where(p => p.Parameter.Kind != ParameterKind.Statistic)];
        IReadOnlyList<Value> gradients = Gradients.Of(g, loss, [.. learned.Select(p => p.Value)]);

        Value norms = Layout.Concat(g, [.. gradients.Select(d => Layout.Reshape(g, Reduce.SumOfSquares(g, d), new Shape(1)))], 0);
        if (clipNorm > 0)
        {
            Value length = Elementwise.Sqrt(g, Reduce.SumAll(g, norms));
            Value shrink = Elementwise.Div(g, g.Constant(clipNorm), Elementwise.Max(g, length, g.Constant(clipNorm)));
            gradients = [.. gradients.Select(d => Elementwise.Mul(g, d, shrink))];
        }

        List<StateTensor> state = [];
        List<Value> outputs = [g.Rename(loss, Loss), g.Rename(norms, Norms)];
        void Keep(Value now, Value next, Parameter? parameter)
        {
            outputs.Add(g.Rename(next, "next/" + now.Name));
            state.Add(new StateTensor(now.Name, now.Shape, outputs[^1].Name) { Parameter = parameter });
        }

        // The average forgets by the step's decay d: a ← w + d·(a − w) (Polyak and Juditsky 1992, with exponential weights).
        void Average(Parameter p, Value next, Value decay)
        {
            if (!average) return;
            Value now = g.Input(AveragePrefix + p.Name, ElementType.Float, p.Shape);
            Keep(now, Elementwise.Add(g, next, Elementwise.Mul(g, decay, Elementwise.Sub(g, now, next))), p);
        }

        foreach (((Parameter p, Value w), Value gradient) in learned.Zip(gradients))
        {
            Value[] memory = [.. optimizer.Memory.Select(m => g.Input($"{m}/{p.Name}", ElementType.Float, p.Shape))];
            ParameterUpdate update = new(w, gradient, memory, p.Kind == ParameterKind.Weight);
            (Value newW, IReadOnlyList<Value> newMemory) = optimizer.Update(g, update, scalars);
            Keep(w, newW, p);
            Average(p, newW, scalars.AverageDecay);
            foreach ((Value now, Value next) in memory.Zip(newMemory)) Keep(now, next, null);
        }

        foreach ((Parameter p, Value v) in layers.Parameters.Where(p => p.Parameter.Kind == ParameterKind.Statistic))
        {
            Keep(v, layers.StatisticUpdates[p.Name], p);
            Average(p, layers.StatisticUpdates[p.Name], scalars.AverageDecay);
        }

        return new StepGraph { Model = OnnxWriter.Write(g, outputs), State = state, Batch = batch, Learned = [.. learned.Select(p => p.Parameter.Name)] };
    }
}
