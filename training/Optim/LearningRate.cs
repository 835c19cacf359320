namespace RealtimeSeg.Training.Optim;

/// <summary>
/// Learning rate as a function of the step: a linear warm-up, then constant, poly (1 − t/T)^0.9 (DeepLab, section 4.1.1) or half a
/// cosine (Loshchilov and Hutter 2017).
/// </summary>
/// <param name="Kind">constant, poly or cosine.</param>
/// <param name="Base">The rate after the warm-up.</param>
/// <param name="WarmUp">Steps of the warm-up.</param>
/// <param name="Total">T, steps of the run.</param>
public sealed record LearningRate(string Kind, double Base, long WarmUp, long Total)
{
    private const double Power = 0.9;

    /// <exception cref="UserError">No such schedule, or a rate of 0 or less.</exception>
    public static LearningRate Parse(string kind, double learningRate, long warmUp, long total)
    {
        if (kind is not ("constant" or "poly" or "cosine")) throw new UserError($"no schedule '{kind}': choose constant, poly or cosine");
        if (learningRate <= 0) throw new UserError($"--lr {learningRate}: it must be above 0");
        return new LearningRate(kind, learningRate, warmUp, total);
    }

    /// <summary>The rate of a step, counted from 0.</summary>
    public double At(long step)
    {
        double warm = WarmUp > 0 ? Math.Min(1, (step + 1) / (double)WarmUp) : 1;
        double done = Math.Min(1, step / (double)Math.Max(1, Total));
        return Base * warm * Kind switch
        {
            "poly" => Math.Pow(1 - done, Power),
            "cosine" => 0.5 * (1 + Math.Cos(Math.PI * done)),
            _ => 1,
        };
    }
}
