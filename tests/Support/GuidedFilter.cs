using OpenCvSharp;

namespace RealtimeSeg.Tests.Support;

/// <summary>
/// The guided filter with a guide of three channels as its paper writes it (He, Sun and Tang, "Guided image filtering", 2010, equations 19
/// to 21), in doubles and without any shortcut.
/// </summary>
internal static class GuidedFilter
{
    /// <param name="guide">8-bit BGR, taken as 0–1.</param>
    /// <param name="p">What is filtered, by row and column.</param>
    /// <param name="reach">Of a window, in pixels beyond its middle; windows are cut at the border.</param>
    /// <param name="epsilon">The variance below which a window counts as flat.</param>
    public static double[,] Of(Mat guide, Func<int, int, double> p, int reach, double epsilon)
    {
        (int height, int width) = (guide.Height, guide.Width);
        double[,][] planes = new double[height, width][];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++) planes[y, x] = Plane(guide, p, Window(y, x), epsilon);
        }

        double[,] result = new double[height, width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double[] color = Color(guide, y, x);
                result[y, x] = Window(y, x).Average(at => Dot(planes[at.Y, at.X], color) + planes[at.Y, at.X][3]);
            }
        }

        return result;

        (int Y, int X)[] Window(int y, int x) =>
        [
            .. from dy in Enumerable.Range(-reach, (2 * reach) + 1)
               from dx in Enumerable.Range(-reach, (2 * reach) + 1)
               where y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width
               select (y + dy, x + dx),
        ];
    }

    /// <summary>a and b of the plane a·I + b that fits p best in a window.</summary>
    private static double[] Plane(Mat guide, Func<int, int, double> p, (int Y, int X)[] window, double epsilon)
    {
        double[] mean = new double[3];
        double level = window.Average(at => p(at.Y, at.X));
        foreach ((int y, int x) in window)
        {
            double[] c = Color(guide, y, x);
            for (int i = 0; i < 3; i++) mean[i] += c[i] / window.Length;
        }

        double[,] spread = new double[3, 3];
        double[] with = new double[3];
        foreach ((int y, int x) in window)
        {
            double[] c = Color(guide, y, x);
            for (int i = 0; i < 3; i++)
            {
                with[i] += (c[i] - mean[i]) * (p(y, x) - level) / window.Length;
                for (int j = 0; j < 3; j++) spread[i, j] += (c[i] - mean[i]) * (c[j] - mean[j]) / window.Length;
            }
        }

        for (int i = 0; i < 3; i++) spread[i, i] += epsilon;
        double[] a = Solved(spread, with);
        return [.. a, level - Dot(a, mean)];
    }

    /// <summary>Cramer's rule.</summary>
    private static double[] Solved(double[,] m, double[] v)
    {
        double whole = Determinant(m);
        double[] result = new double[3];
        for (int column = 0; column < 3; column++)
        {
            double[,] replaced = (double[,])m.Clone();
            for (int row = 0; row < 3; row++) replaced[row, column] = v[row];
            result[column] = Determinant(replaced) / whole;
        }

        return result;
    }

    private static double Determinant(double[,] m)
        => (m[0, 0] * ((m[1, 1] * m[2, 2]) - (m[1, 2] * m[2, 1])))
            - (m[0, 1] * ((m[1, 0] * m[2, 2]) - (m[1, 2] * m[2, 0])))
            + (m[0, 2] * ((m[1, 0] * m[2, 1]) - (m[1, 1] * m[2, 0])));

    private static double Dot(double[] plane, double[] color) => (plane[0] * color[0]) + (plane[1] * color[1]) + (plane[2] * color[2]);

    private static double[] Color(Mat guide, int y, int x)
    {
        Vec3b c = guide.At<Vec3b>(y, x);
        return [c[0] / 255.0, c[1] / 255.0, c[2] / 255.0];
    }
}
