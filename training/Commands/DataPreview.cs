using OpenCvSharp;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>data preview</c>: the same pictures through each kind of augmentation, as the network gets them.</summary>
internal static class DataPreview
{
    private const int Columns = 6, Width = 384, Height = 288;

    public static void Write(string data, string? map, string augment, int seed, string target)
    {
        MixedDataset sets = MixedDataset.Parse(data, new Split(Training: true), map);
        AugmentationKind wanted = AugmentationNames.Parse(augment);
        AugmentationKind[] rows = [AugmentationKind.None, .. Enum.GetValues<AugmentationKind>().Where(e => int.PopCount((int)e) == 1 && wanted.HasFlag(e)), wanted];
        using ContactSheet sheet = new(ContactSheet.PaletteOf(sets.ClassNames), Columns);
        byte[] frame = new byte[Width * Height * 3], labels = new byte[Width * Height];
        foreach (AugmentationKind row in rows.Distinct())
        {
            using SampleMaker maker = new(sets, new BatchShape(1, Height, Width), new Sampling(Kinds: row));
            for (int i = 0; i < Columns; i++)
            {
                (IDataset set, int index) = sets.Epoch(seed, 0)[i];
                maker.Make(set, index, new Random(seed + i), frame, labels);
                using Mat image = Mat.FromPixelData(Height, Width, MatType.CV_8UC3, frame), classes = Mat.FromPixelData(Height, Width, MatType.CV_8UC1, labels);
                sheet.Add(image, classes, row == AugmentationKind.None ? "plain" : row.ToString().ToLowerInvariant());
            }
        }

        sheet.Save(target);
        Console.WriteLine($"{target}: {rows.Distinct().Count()} rows of {Columns}");
    }
}
