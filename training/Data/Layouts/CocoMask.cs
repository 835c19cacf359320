using System.Text.Json;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>Draws COCO's segmentations: polygons, run lengths as numbers, and run lengths as text (its mask API's maskApi.c).</summary>
internal static class CocoMask
{
    private const int FractionBits = 4;

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

    /// <summary>Corners are in coordinates whose pixels reach from one whole number to the next.</summary>
    private static void DrawPolygons(Mat labels, JsonElement polygons, byte value)
    {
        foreach (JsonElement polygon in polygons.EnumerateArray())
        {
            double[] c = [.. polygon.EnumerateArray().Select(v => v.GetDouble())];
            if (c.Length < 6 || c.Length % 2 != 0) throw new FormatException("a polygon of less than three corners");
            static int Fixed(double coordinate) => (int)Math.Round(Math.Clamp(coordinate - 0.5, -1e5, 1e5) * (1 << FractionBits));
            Point[] corners = [.. c.Chunk(2).Select(p => new Point(Fixed(p[0]), Fixed(p[1])))];
            Cv2.FillPoly(labels, [corners], new Scalar(value), LineTypes.Link8, FractionBits);
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
        if (Array.Exists(lengths, l => l < 0) || lengths.Sum() > labels.Total()) throw new FormatException("runs that leave the image");
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
