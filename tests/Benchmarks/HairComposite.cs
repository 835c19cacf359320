using OpenCvSharp;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>
/// A person from a labelled picture with hair drawn around the head, on another picture. Its alpha is exact: it is what the composite
/// was made with.
/// </summary>
internal sealed class HairComposite : IDisposable
{
    /// <summary>Strands are drawn at this many times the size, then shrunk.</summary>
    private const int Fine = 4;

    private const int Strands = 260, Joints = 16;

    /// <param name="picture">8-bit BGR.</param>
    /// <param name="person">255 on the person.</param>
    /// <param name="background">8-bit BGR, of any size.</param>
    /// <param name="seed">Of the strands.</param>
    public HairComposite(Mat picture, Mat person, Mat background, int seed)
    {
        Size size = picture.Size();
        Size fine = new(size.Width * Fine, size.Height * Fine);
        using Mat strands = new(fine, MatType.CV_8UC1, Scalar.Black), colours = new(fine, MatType.CV_8UC3, Scalar.Black);
        Draw(picture, person, strands, colours, new Random(seed));
        using Mat hair = Floats(strands, size), ink = Floats(colours, size), body = new(), behind = new(), front = Floats(picture, size);
        using Mat softened = person.GaussianBlur(new Size(0, 0), 0.8);
        softened.ConvertTo(body, MatType.CV_32F, 1 / 255.0);
        using Mat back = Filling(background, size);
        back.ConvertTo(behind, MatType.CV_32FC3, 1 / 255.0);
        Alpha = new Mat(size, MatType.CV_8UC1);
        Image = new Mat(size, MatType.CV_8UC3);
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++)
            {
                float h = hair.At<float>(y, x), b = body.At<float>(y, x);
                Vec3f own = front.At<Vec3f>(y, x), other = behind.At<Vec3f>(y, x), drawn = ink.At<Vec3f>(y, x);
                Alpha.Set(y, x, Byte(1 - ((1 - h) * (1 - b))));
                Image.Set(y, x, new Vec3b(Mixed(0), Mixed(1), Mixed(2)));
                byte Mixed(int c) => Byte(drawn[c] + ((1 - h) * ((b * own[c]) + ((1 - b) * other[c])))); // ink is premultiplied
            }
        }
    }

    /// <summary>8-bit BGR.</summary>
    public Mat Image { get; }

    /// <summary>Share of foreground in 0–255.</summary>
    public Mat Alpha { get; }

    public void Dispose()
    {
        Image.Dispose();
        Alpha.Dispose();
    }

    /// <summary>Strands of the colour inside the outline, from there outwards, around the upper third.</summary>
    private static void Draw(Mat picture, Mat person, Mat strands, Mat colours, Random random)
    {
        using Mat slope = person.GaussianBlur(new Size(0, 0), 4);
        using Mat dx = slope.Sobel(MatType.CV_32F, 1, 0), dy = slope.Sobel(MatType.CV_32F, 0, 1);
        using Mat eroded = new(), edge = new(), where = new();
        Cv2.Erode(person, eroded, null);
        Cv2.Subtract(person, eroded, edge);
        Rect around = Cv2.BoundingRect(person);
        int lowest = around.Top + (around.Height * 3 / 10);
        using (Mat below = edge.RowRange(lowest, edge.Height)) below.SetTo(Scalar.Black);
        Cv2.FindNonZero(edge, where);
        if (where.Empty()) return;
        for (int i = 0; i < Strands; i++)
        {
            Point root = where.At<Point>(random.Next(where.Rows));
            double u = -dx.At<float>(root.Y, root.X), v = -dy.At<float>(root.Y, root.X), length = Math.Sqrt((u * u) + (v * v));
            if (length < 1e-3) continue;
            (u, v) = (u / length, v / length);
            Vec3b ink = picture.At<Vec3b>(
                Math.Clamp((int)(root.Y - (6 * v)), 0, picture.Height - 1), Math.Clamp((int)(root.X - (6 * u)), 0, picture.Width - 1));
            Point[] line = Strand(root, (u, v), picture.Height * (0.03 + (0.06 * random.NextDouble())), random);
            int thickness = random.Next(3, 9);
            strands.Polylines([line], false, Scalar.White, thickness);
            colours.Polylines([line], false, new Scalar(ink.Item0, ink.Item1, ink.Item2), thickness);
        }
    }

    private static Point[] Strand(Point root, (double U, double V) outwards, double length, Random random)
    {
        double x = root.X - (3 * outwards.U), y = root.Y - (3 * outwards.V);
        double angle = Math.Atan2(outwards.V, outwards.U) + (random.NextDouble() - 0.5), bend = (random.NextDouble() - 0.5) * 0.2;
        Point[] line = new Point[Joints];
        for (int i = 0; i < Joints; i++, angle += bend)
        {
            line[i] = new Point((int)(x * Fine), (int)(y * Fine));
            (x, y) = (x + (length / Joints * Math.Cos(angle)), y + (length / Joints * Math.Sin(angle)));
        }

        return line;
    }

    private static Mat Floats(Mat image, Size size)
    {
        using Mat small = image.Resize(size, 0, 0, InterpolationFlags.Area);
        Mat floats = new();
        small.ConvertTo(floats, MatType.MakeType(MatType.CV_32F, image.Channels()), 1 / 255.0);
        return floats;
    }

    /// <summary>The middle of a picture, as large as it takes.</summary>
    private static Mat Filling(Mat picture, Size size)
    {
        double scale = Math.Max(size.Width / (double)picture.Width, size.Height / (double)picture.Height);
        Size whole = new((int)Math.Ceiling(picture.Width * scale), (int)Math.Ceiling(picture.Height * scale));
        using Mat large = picture.Resize(whole, 0, 0, InterpolationFlags.Area);
        using Mat middle = new(large, new Rect((whole.Width - size.Width) / 2, (whole.Height - size.Height) / 2, size.Width, size.Height));
        return middle.Clone();
    }

    private static byte Byte(float share) => (byte)Math.Clamp((share * 255) + 0.5f, 0, 255);
}
