using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Step;

/// <summary>What a step minimises.</summary>
public sealed record Objective
{
    public const string CrossEntropy = "ce", HardExamples = "ohem", SquaredError = "l2";

    /// <summary>
    /// ce: per-pixel cross-entropy. ohem: the same over hard pixels only (online hard example mining, Shrivastava et al. 2016, in the
    /// form of Wu et al. 2016). l2: squared distance of probabilities, which learns slowly from confident mistakes.
    /// </summary>
    public string Loss { get; init; } = CrossEntropy;

    /// <summary>Share of the target that is spread over all classes (Szegedy et al. 2016, section 7).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Weight of each auxiliary loss, on the coarser logits that the skips refine; 0 for none.</summary>
    public float Auxiliary { get; init; }

    /// <summary>Weight of the cross-entropy against a teacher's probabilities, if there is a teacher.</summary>
    public float Teaching { get; init; } = 1;

    /// <summary>The same objective, if its values are valid.</summary>
    /// <exception cref="UserError">No such loss, or a value out of range.</exception>
    public Objective Checked()
    {
        if (Loss is not (CrossEntropy or HardExamples or SquaredError))
            throw new UserError($"no loss '{Loss}': choose {CrossEntropy}, {HardExamples} or {SquaredError}");
        if (LabelSmoothing is not (>= 0 and < 1))
            throw new UserError($"--label-smoothing {LabelSmoothing}: it must be at least 0 and below 1");
        if (LabelSmoothing > 0 && Loss == SquaredError)
            throw new UserError($"--label-smoothing is for {CrossEntropy} and {HardExamples}, not for {SquaredError}: leave it out");
        if (Auxiliary is not (>= 0 and <= 1)) throw new UserError($"--aux {Auxiliary}: it must lie between 0 and 1");
        if (Teaching is not (> 0 and <= 100)) throw new UserError($"--teacher-weight {Teaching}: it must be above 0 and at most 100");
        return this;
    }

    /// <summary>Adds the loss, a scalar, of a network's output.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="output">Of the network.</param>
    /// <param name="labels">[N,H,W], uint8.</param>
    /// <param name="classWeights">One per class.</param>
    /// <param name="taught">A teacher's probabilities at the network's own stride, [N,K,H/stride,W/stride]; null without a teacher.</param>
    public Value Emit(GraphBuilder g, NetworkOutput output, Value labels, IReadOnlyList<float> classWeights, Value? taught = null)
    {
        Value loss = EmitOne(g, output.Logits(g), labels, classWeights);
        if (taught is not null)
            loss = Elementwise.Add(g, loss, Elementwise.Mul(g, SoftCrossEntropy.Emit(g, output.Scores, taught), g.Constant(Teaching)));
        if (Auxiliary <= 0) return loss;
        foreach ((long stride, Func<Value> logits) in output.Auxiliary)
        {
            Value own = EmitOne(g, logits(), Layout.CellCentres(g, labels, stride), classWeights);
            loss = Elementwise.Add(g, loss, Elementwise.Mul(g, own, g.Constant(Auxiliary)));
        }

        return loss;
    }

    private Value EmitOne(GraphBuilder g, Value logits, Value labels, IReadOnlyList<float> classWeights) => Loss == SquaredError
        ? SoftmaxSquaredError.Emit(g, logits, labels, classWeights)
        : SoftmaxCrossEntropy.Emit(g, logits, labels, classWeights, Loss == HardExamples, LabelSmoothing);
}
