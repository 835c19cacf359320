using System.Text.Json;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>Draws COCO's segmentations: polygons, run lengths as numbers, and run lengths as text (its mask API's maskApi.c).</summary>
internal static class CocoMask
{
    /// <summary>Sets the pixels of a segmentation.</summary>
    /// <param name="labels">8-bit.</param>
    /// <param name="segmentation">Lists of x, y, x, y, … in pixels, or {"counts": …, "size": [height, width]}.</param>
    /// <param name="value">To set.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static void Draw(Mat labels, JsonElement segmentation, byte value)
    {
        if (segmentation.ValueKind == JsonValueKind.Array) DrawPolygons(labels, segmentation, value);
        else if (segmentation.ValueKind == JsonValueKind.Object) DrawRuns(labels, segmentation, value);
        else if (segmentation.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            throw new FormatException("no polygons or runs");
    }

    private static void DrawPolygons(Mat labels, JsonElement polygons, byte value)
    {
        foreach (JsonElement polygon in polygons.EnumerateArray())
        {
            double[] c = [.. polygon.EnumerateArray().Select(v => v.GetDouble())];
            if (c.Length % 2 != 0) throw new FormatException("a polygon with half a corner");
            if (c.Length < 6) continue; // published files have some of two corners, which hold no pixel
            Point2d[] corners = [.. c.Chunk(2).Select(p => new Point2d(p[0], p[1]))];
            Fill(labels, corners, value);
        }
    }

    /// <summary>Sets the pixels whose centres are inside (OpenCV's FillPoly also takes those that the outline touches).</summary>
    private static void Fill(Mat labels, Point2d[] corners, byte value)
    {
        int width = labels.Width;
        Span<byte> pixels = labels.AsSpan<byte>();
        int top = (int)Math.Clamp(Math.Ceiling(corners.Min(p => p.Y) - 0.5), 0, labels.Height);
        int bottom = (int)Math.Clamp(Math.Ceiling(corners.Max(p => p.Y) - 0.5), 0, labels.Height);
        for (int y = top; y < bottom; y++)
        {
            double[] crossings = [.. Crossings(corners, y + 0.5).Order()];
            for (int i = 0; i + 1 < crossings.Length; i += 2)
            {
                int from = (int)Math.Clamp(Math.Ceiling(crossings[i] - 0.5), 0, width);
                int to = (int)Math.Clamp(Math.Ceiling(crossings[i + 1] - 0.5), from, width);
                pixels[((y * width) + from)..((y * width) + to)].Fill(value);
            }
        }
    }

    /// <summary>Where a polygon's edges cross a height.</summary>
    private static IEnumerable<double> Crossings(Point2d[] corners, double height)
    {
        for (int i = 0; i < corners.Length; i++)
        {
            Point2d a = corners[i], b = corners[(i + 1) % corners.Length];
            if (a.Y <= height != b.Y <= height) yield return a.X + ((height - a.Y) * (b.X - a.X) / (b.Y - a.Y));
        }
    }

    /// <summary>Runs go down the columns, outside and inside in turn.</summary>
    private static void DrawRuns(Mat labels, JsonElement runs, byte value)
    {
        JsonElement counts = runs.GetProperty("counts");
        long[] lengths = counts.ValueKind == JsonValueKind.String
            ? Unpacked(counts.GetString()!)
            : [.. counts.EnumerateArray().Select(v => v.GetInt64())];
        int[] size = [.. runs.GetProperty("size").EnumerateArray().Select(v => v.GetInt32())];
        if (size is not [var height, var width] || height != labels.Height || width != labels.Width)
            throw new FormatException($"runs for another size than {labels.Width}×{labels.Height}");
        long at = 0;
        if (Array.Exists(lengths, l => l < 0) || lengths.Sum(l => (decimal)l) > labels.Total())
            throw new FormatException("runs that leave the image");
        for (int run = 0; run < lengths.Length; at += lengths[run++])
        {
            if (run % 2 == 0) continue;
            for (long i = at; i < at + lengths[run]; i++) labels.Set((int)(i % height), (int)(i / height), value);
        }
    }

    /// <summary>Numbers in groups of five bits, a sixth for more to come, from '0' on; after the third, less the one two before.</summary>
    private static long[] Unpacked(string text)
    {
        List<long> lengths = [];
        for (int i = 0; i < text.Length;)
        {
            long number = 0;
            int shift = 0, group;
            do
            {
                if (i == text.Length || shift > 40) throw new FormatException("packed runs that end too early");
                group = text[i++] - '0';
                number |= (long)(group & 31) << shift;
                shift += 5;
            }
            while ((group & 32) != 0);
            if ((group & 16) != 0) number |= -1L << shift;
            lengths.Add(lengths.Count > 2 ? number + lengths[^2] : number);
        }

        return [.. lengths];
    }
}
