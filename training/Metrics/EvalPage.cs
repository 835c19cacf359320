using System.Globalization;
using System.Net;
using System.Text;
using OpenCvSharp;
using RealtimeSeg.Training.Data;
using ScottPlot;

namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// A page to look at: plots of the metrics, and the ten worst pictures with truth, prediction and error map. Pictures are collected
/// while the model is scored, worst first.
/// </summary>
public sealed class EvalPage(IReadOnlyList<string> classNames) : IDisposable
{
    private const int Worst = 10, PlotWidth = 760, PlotHeight = 420;
    private static readonly Scalar Wrong = new(40, 40, 230), Right = new(60, 160, 60);
    private readonly PriorityQueue<(Mat Image, Mat Truth, Mat Predicted, double MeanIu), double> _kept = new();

    /// <summary>Keeps the picture if it is among the worst so far.</summary>
    public void Add(Sample sample, Mat predicted)
    {
        ConfusionMatrix own = new(classNames.Count);
        own.Add(sample.Labels.AsSpan<byte>(), predicted.AsSpan<byte>());
        double score = own.MeanIu;
        if (double.IsNaN(score)) return;
        _kept.Enqueue((sample.Image.Clone(), sample.Labels.Clone(), predicted.Clone(), score), -score);
        if (_kept.Count > Worst) Free(_kept.Dequeue()); // the best of them
    }

    /// <summary>Writes index.html and its pictures.</summary>
    public void Write(string folder, string title, ConfusionMatrix matrix, BoundaryScore boundary, SizeScore sizes, IReadOnlyList<(string Name, string Value)> facts)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(folder, e);
        }

        Bars(matrix, boundary).SavePng(Path.Combine(folder, "classes.png"), PlotWidth, PlotHeight);
        Heat(matrix).SavePng(Path.Combine(folder, "confusion.png"), PlotWidth, PlotWidth - 120);
        using (ContactSheet sheet = new(ContactSheet.PaletteOf(classNames), columns: 4))
        {
            foreach (((Mat image, Mat truth, Mat predicted, double score), double _) in _kept.UnorderedItems.OrderBy(k => k.Element.MeanIu))
            {
                using Mat nothing = new(truth.Size(), MatType.CV_8UC1, new Scalar(ClassMap.Ignore)), errors = ErrorMap(image, truth, predicted);
                sheet.Add(image, nothing, string.Create(CultureInfo.InvariantCulture, $"mean IU {score:F3}"));
                sheet.Add(image, truth, "truth");
                sheet.Add(image, predicted, "prediction");
                sheet.Add(errors, nothing, "red: wrong");
            }

            sheet.Save(Path.Combine(folder, "worst.png"));
        }

        (double small, double medium, double large) = sizes.Terciles;
        (int m, int l) = sizes.Bounds;
        StringBuilder page = new();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{Html(title)}</title>");
        page.Append("<style>body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}td,th{padding:.15rem .8rem;text-align:right;border-bottom:1px solid #ddd}th:first-child,td:first-child{text-align:left}img{max-width:100%;display:block;margin:1rem 0}</style>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Html(title)}</h1><table>");
        foreach ((string name, string value) in facts) page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Html(name)}<td>{Html(value)}");
        page.Append(CultureInfo.InvariantCulture, $"<tr><td>IU of small objects (below {m} pixels)<td>{small:F4}<tr><td>of medium ones<td>{medium:F4}<tr><td>of large ones (from {l} pixels)<td>{large:F4}</table>");
        page.Append("<h2>Classes</h2><img src=\"classes.png\" alt=\"IU and boundary F1 of each class\"><table><tr><th>class<th>IU<th>boundary F1");
        for (int c = 0; c < classNames.Count; c++) page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Html(classNames[c])}<td>{matrix.PerClass[c]:F4}<td>{boundary.PerClass[c]:F4}");
        page.Append(CultureInfo.InvariantCulture, $"</table><h2>Confusion</h2><p>Row: truth. Column: prediction. Shares of the row.</p><img src=\"confusion.png\" alt=\"confusion matrix\"><h2>The {_kept.Count} worst pictures</h2><img src=\"worst.png\" alt=\"input, truth, prediction, errors\"></html>");
        AtomicFile.Write(Path.Combine(folder, "index.html"), Encoding.UTF8.GetBytes(page.ToString()));
    }

    public void Dispose()
    {
        while (_kept.TryDequeue(out (Mat, Mat, Mat, double) k, out _)) Free(k);
    }

    private Plot Bars(ConfusionMatrix matrix, BoundaryScore boundary)
    {
        Plot plot = new();
        static double Known(double v) => double.IsNaN(v) ? 0 : v;
        for (int c = 0; c < classNames.Count; c++)
        {
            plot.Add.Bars((Bar[])[new Bar { Position = c - 0.2, Value = Known(matrix.PerClass[c]), Size = 0.4, FillColor = Colors.SteelBlue }, new Bar { Position = c + 0.2, Value = Known(boundary.PerClass[c]), Size = 0.4, FillColor = Colors.Orange }]);
        }

        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, classNames.Count).Select(c => (double)c)], [.. classNames]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 30;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
        plot.Axes.Bottom.MinimumSize = 70;
        plot.Axes.SetLimitsY(0, 1);
        plot.Title("IU (blue) and boundary F1 (orange)");
        return plot;
    }

    private Plot Heat(ConfusionMatrix matrix)
    {
        int n = classNames.Count;
        double[,] shares = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) shares[i, j] = matrix.Share(i, j);
        }

        Plot plot = new();
        plot.Add.Heatmap(shares).Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        double[] ticks = [.. Enumerable.Range(0, n).Select(c => (double)c)];
        plot.Axes.Bottom.SetTicks(ticks, [.. classNames]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 30;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
        plot.Axes.Bottom.MinimumSize = 70;
        plot.Axes.Left.SetTicks(ticks, [.. classNames.Reverse()]);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                if (!(shares[i, j] >= 0.01)) continue;
                ScottPlot.Plottables.Text text = plot.Add.Text(shares[i, j].ToString("F2", CultureInfo.InvariantCulture), j, n - 1 - i);
                text.LabelFontSize = 10;
                text.LabelAlignment = Alignment.MiddleCenter;
                text.LabelFontColor = shares[i, j] > 0.6 ? Colors.White : Colors.Black;
            }
        }

        return plot;
    }

    /// <summary>The picture in grey, wrong pixels red, right ones green, ignored ones bare.</summary>
    private Mat ErrorMap(Mat image, Mat truth, Mat predicted)
    {
        Mat map = new();
        using Mat grey = new(), same = new(), unknown = new(), paint = new(image.Size(), MatType.CV_8UC3, Wrong), known = new();
        Cv2.CvtColor(image, grey, ColorConversionCodes.BGR2GRAY);
        Cv2.CvtColor(grey, map, ColorConversionCodes.GRAY2BGR);
        Cv2.Compare(truth, predicted, same, CmpTypes.EQ);
        paint.SetTo(Right, same);
        Cv2.AddWeighted(map, 0.5, paint, 0.5, 0, paint);
        Cv2.InRange(truth, new Scalar(0), new Scalar(classNames.Count - 1), known);
        paint.CopyTo(map, known);
        return map;
    }

    private static void Free((Mat Image, Mat Truth, Mat Predicted, double) k)
    {
        k.Image.Dispose();
        k.Truth.Dispose();
        k.Predicted.Dispose();
    }

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
