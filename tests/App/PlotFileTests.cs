using OpenCvSharp;
using RealtimeSeg.Commands;
using RealtimeSeg.Tests.Support;
using ScottPlot;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Plots in one image.</summary>
public sealed class PlotFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_plot_has_its_part_of_the_image()
    {
        Write("p.png");
        using Mat image = Cv2.ImRead(_folder["p.png"], ImreadModes.Grayscale);
        Assert.Equal(new Size(400, 600), image.Size());
        for (int i = 0; i < 2; i++)
        {
            using Mat part = new(image, new Rect(0, 300 * i, 400, 300));
            using Mat dark = part.LessThan(128).ToMat();
            Assert.InRange(Cv2.CountNonZero(dark), 300, 40_000); // axes, numbers and a line, but no more
        }
    }

    [Fact]
    public void A_name_that_ends_in_svg_means_one()
    {
        Write("p.svg");
        string text = File.ReadAllText(_folder["p.svg"]);
        Assert.Contains("<svg", text, StringComparison.Ordinal);
        Assert.InRange(text.Split("<clipPath").Length - 1, 2, int.MaxValue); // a part for each
    }

    private void Write(string name)
    {
        using Plot first = new(), second = new();
        first.Add.Scatter(new double[] { 1, 2, 3 }, new double[] { 1, 4, 9 });
        second.Add.Scatter(new double[] { 1, 2, 3 }, new double[] { 9, 4, 1 });
        Assert.Equal(_folder[name], PlotFile.Write(_folder[name], (400, 600), overwrite: false, first, second));
    }
}
