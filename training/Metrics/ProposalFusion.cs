using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// Labels of an image from those of its parts: the network sees each object proposal at its own full size, and their scores are put
/// together (Noh, Hong and Han 2015, section 3.3). Scores are probabilities here, whose zero outside of a proposal has a meaning; and the
/// whole image counts as a proposal, as classes other than a background have to be somewhere.
/// </summary>
/// <param name="Most">Proposals per image, besides the whole.</param>
/// <param name="Aggregate"><see cref="Max"/> or <see cref="Mean"/>.</param>
public sealed record ProposalFusion(int Most, string Aggregate = ProposalFusion.Max)
{
    public const string Max = "max", Mean = "mean";

    /// <exception cref="UserError">No such way to aggregate.</exception>
    public ProposalFusion Checked() => Aggregate.ToLowerInvariant() is Max or Mean
        ? this with { Aggregate = Aggregate.ToLowerInvariant() }
        : throw new UserError($"--aggregate {Aggregate}: choose {Max} or {Mean}");

    /// <summary>The class of each pixel, row by row.</summary>
    /// <param name="image">8-bit BGR.</param>
    /// <param name="probabilities">A plane of 32-bit floats for each class, of an image's own size; the fusion disposes them.</param>
    public byte[] Labels(Mat image, Func<Mat, Mat[]> probabilities)
    {
        Rect whole = new(default, image.Size());
        Mat[]? fused = null;
        try
        {
            IEnumerable<Rect> parts = ObjectProposals.Of(image, Most)
                .Select(p => ObjectProposals.Enlarge(p, ObjectProposals.Margin) & whole);
            foreach (Rect window in parts.Prepend(whole))
            {
                using Mat part = new(image, window);
                Mat[] planes = probabilities(part);
                fused ??= [.. planes.Select(_ => new Mat(image.Size(), MatType.CV_32FC1, Scalar.Black))];
                foreach ((Mat total, Mat plane) in fused.Zip(planes)) Add(total, window, plane);
            }

            return Winners(fused!);
        }
        finally
        {
            foreach (Mat total in fused ?? []) total.Dispose();
        }
    }

    /// <summary>The sum wins as the mean does: all classes of a pixel are in equally many proposals.</summary>
    private void Add(Mat total, Rect window, Mat plane)
    {
        using Mat there = new(total, window);
        if (Aggregate == Max) Cv2.Max(there, plane, there);
        else Cv2.Add(there, plane, there);
        plane.Dispose();
    }

    private static byte[] Winners(Mat[] planes)
    {
        using Mat best = planes[0].Clone(), labels = new(best.Size(), MatType.CV_8UC1, Scalar.Black), better = new();
        for (int c = 1; c < planes.Length; c++)
        {
            Cv2.Compare(planes[c], best, better, CmpTypes.GT);
            labels.SetTo(new Scalar(c), better);
            planes[c].CopyTo(best, better);
        }

        return labels.AsSpan<byte>().ToArray();
    }
}
