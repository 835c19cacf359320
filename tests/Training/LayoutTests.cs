using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Folder layouts, splits and class maps.</summary>
public sealed class LayoutTests
{
    private static readonly Scalar Aeroplane = Rgb(128, 0, 0), Car = Rgb(128, 128, 128);
    private static readonly Scalar Person = Rgb(192, 128, 128), Void = Rgb(224, 224, 192);

    [Fact]
    public void VOCs_palette_colours_are_read_as_indices()
    {
        using TemporaryFolder folder = new();
        WriteVoc(folder, Aeroplane, Person, Void);
        IDataset all = DatasetLayout.Open(folder.Path, new Split(Training: true), null);
        Assert.Equal(21, all.ClassNames.Count);
        Assert.Equal([0, 1, 15, 255], Labels(all));
        IDataset person = DatasetLayout.Open(folder.Path, new Split(Training: true), "voc-person");
        Assert.Equal(["background", "person"], person.ClassNames);
        Assert.Equal([0, 0, 1, 255], Labels(person));
    }

    [Fact]
    public void VOCs_lists_name_the_images_of_each_split()
    {
        using TemporaryFolder folder = new();
        WriteVoc(folder, Aeroplane, Car, Person);
        foreach (string copy in new[] { "two", "three" })
        {
            File.Copy(folder["JPEGImages/one.jpg"], folder[$"JPEGImages/{copy}.jpg"]);
            File.Copy(folder["SegmentationClass/one.png"], folder[$"SegmentationClass/{copy}.png"]);
        }

        File.WriteAllText(folder["ImageSets/Segmentation/val.txt"], "two\nthree\n");
        Assert.Equal(1, DatasetLayout.Open(folder.Path, new Split(Training: true), null).Count);
        Assert.Equal(2, DatasetLayout.Open(folder.Path, new Split(Training: false), null).Count);
    }

    [Fact]
    public void The_street_map_takes_cars_and_people_of_VOC_and_ignores_the_rest()
    {
        using TemporaryFolder folder = new();
        WriteVoc(folder, Aeroplane, Car, Person);
        Save(folder["people/images"], "a.png", new Mat(8, 8, MatType.CV_8UC3, Scalar.Black));
        Save(folder["people/masks"], "a.png", new Mat(8, 8, MatType.CV_8UC1, new Scalar(0)));
        Save(folder["camvid/train"], "a.png", new Mat(8, 8, MatType.CV_8UC3, Scalar.Black));
        Save(folder["camvid/trainannot"], "a.png", new Mat(8, 8, MatType.CV_8UC1, new Scalar(2)));
        string spec = $"{folder["camvid"]},{folder.Path},{folder["people"]},synth";
        MixedDataset mixed = MixedDataset.Parse(spec, new Split(Training: true), "street");
        Assert.Equal([2, 2, 2, 2], Labels(mixed.Parts[0]));
        Assert.Equal([255, 255, 8, 9], Labels(mixed.Parts[1]));
        Assert.Equal([255, 255, 255, 255], Labels(mixed.Parts[2]));
        Assert.Equal("bicyclist", mixed.ClassNames[10]);
    }

    [Fact]
    public void A_colour_outside_VOCs_palette_is_refused()
    {
        using TemporaryFolder folder = new();
        WriteVoc(folder, Rgb(1, 2, 3), Person, Void);
        IDataset set = DatasetLayout.Open(folder.Path, new Split(Training: true), null);
        Assert.Contains("(1, 2, 3)", Assert.Throws<UserError>(() => set.Load(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_images_and_masks_every_fifth_by_name_is_kept_for_validation()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 11; i++)
        {
            Save(folder["images"], $"{i:D2}.png", new Mat(8, 8, MatType.CV_8UC3, new Scalar(i, 0, 0)));
            Save(folder["masks"], $"{i:D2}.png", new Mat(8, 8, MatType.CV_8UC1, new Scalar(255)));
        }

        IDataset kept = DatasetLayout.Open(folder.Path, new Split(Training: false), "voc-person");
        IDataset learnt = DatasetLayout.Open(folder.Path, new Split(Training: true), "voc-person");
        Assert.Equal([4, 9], Enumerable.Range(0, kept.Count).Select(i => (int)kept.Load(i).Image.At<Vec3b>(0, 0).Item0));
        Assert.Equal(9, learnt.Count);
        Assert.Equal([1, 1, 1, 1], Labels(kept));
    }

    [Fact]
    public void A_network_can_be_trained_on_the_validation_split_as_well()
    {
        using TemporaryFolder folder = new();
        void Frame(string images, string labels, string name)
        {
            Save(folder[images], name + ".jpg", new Mat(8, 8, MatType.CV_8UC3, Scalar.Black));
            Save(folder[labels], name + ".png", new Mat(8, 8, MatType.CV_8UC1, Scalar.Black));
        }

        foreach (string name in (string[])["1", "2", "3"]) Frame("camvid/train", "camvid/trainannot", name);
        foreach (string name in (string[])["4", "5"]) Frame("camvid/val", "camvid/valannot", name);
        foreach (string name in (string[])["1", "2", "3", "4", "5", "6"]) Frame("plain/images", "plain/masks", name);
        foreach (string name in (string[])["1", "2", "3"]) Frame("voc/JPEGImages", "voc/SegmentationClass", name);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder["voc/ImageSets/Segmentation"]).FullName, "train.txt"), "1\n2\n");
        File.WriteAllText(folder["voc/ImageSets/Segmentation/val.txt"], "3\n");

        string[] splits = ["train", "val", "trainval"];
        int[] Counts(string set) => [.. splits.Select(s => DatasetLayout.Open(folder[set], Split.Parse(s), null).Count)];
        Assert.Equal([3, 2, 5], Counts("camvid"));
        Assert.Equal([5, 1, 6], Counts("plain"));
        Assert.Equal([2, 1, 3], Counts("voc"));

        RunConfig config = new() { Data = folder["camvid"], TrainOn = Split.TrainVal };
        Assert.Equal((5, 2), (config.Open(training: true).EpochSize, config.Open(training: false).EpochSize));
        Assert.Equal(3, (config with { TrainOn = Split.Train }).Open(training: true).EpochSize);
        Assert.Throws<UserError>(() => (config with { LeaveOut = "1" }).Checked());
        Assert.Throws<UserError>(() => (config with { TrainOn = "val" }).Checked());
    }

    [Fact]
    public void A_drive_can_be_left_out_of_training_and_validated_on()
    {
        using TemporaryFolder folder = new();
        foreach ((string part, string name) in new[] { ("train", "A_1"), ("train", "B_1"), ("val", "A_2"), ("val", "A_3"), ("val", "B_2") })
        {
            Save(folder[part], name + ".png", new Mat(8, 8, MatType.CV_8UC3, Scalar.Black));
            Save(folder[part + "annot"], name + ".png", new Mat(8, 8, MatType.CV_8UC1, new Scalar(2)));
        }

        Assert.Equal(3, DatasetLayout.Open(folder.Path, new Split(Training: true, LeaveOut: "B"), null).Count);
        Assert.Equal(2, DatasetLayout.Open(folder.Path, Split.Parse("leave-out:B"), null).Count);
        Assert.Throws<UserError>(() => Split.Parse("leave-out:"));
        Assert.Throws<UserError>(() => DatasetLayout.Open(folder.Path, Split.Parse("leave-out:C"), null));
    }

    [Fact]
    public void A_person_in_CamVid_is_a_pedestrian_and_a_bicyclist_neither()
    {
        using TemporaryFolder folder = new();
        Save(folder["train"], "a.png", new Mat(1, 5, MatType.CV_8UC3, Scalar.Black));
        Mat labels = new(1, 5, MatType.CV_8UC1);
        byte[] written = [StreetClasses.Car, StreetClasses.Pedestrian, StreetClasses.Bicyclist, 11, 255];
        for (int i = 0; i < written.Length; i++) labels.Set(0, i, written[i]);
        Save(folder["trainannot"], "a.png", labels);
        IDataset set = DatasetLayout.Open(folder.Path, new Split(Training: true), "voc-person");
        Assert.Equal(["background", "person"], set.ClassNames);
        Sample sample = set.Load(0);
        byte[] read = [.. Enumerable.Range(0, written.Length).Select(i => sample.Labels.At<byte>(0, i))];
        Assert.Equal([0, 1, ClassMap.Ignore, ClassMap.Ignore, ClassMap.Ignore], read);
        Assert.Throws<UserError>(() => DatasetLayout.Open(folder.Path, new Split(Training: true), "voc-cat"));
    }

    /// <summary>One image of four quarters: background and the three colours.</summary>
    private static void WriteVoc(TemporaryFolder folder, Scalar second, Scalar third, Scalar fourth)
    {
        Mat labels = new(8, 8, MatType.CV_8UC3, Scalar.Black);
        foreach ((int x, int y, Scalar color) in new[] { (4, 0, second), (0, 4, third), (4, 4, fourth) })
        {
            using Mat quarter = new(labels, new Rect(x, y, 4, 4));
            quarter.SetTo(color);
        }

        Save(folder["SegmentationClass"], "one.png", labels);
        Save(folder["JPEGImages"], "one.jpg", new Mat(8, 8, MatType.CV_8UC3, Scalar.Black));
        Directory.CreateDirectory(folder["ImageSets/Segmentation"]);
        File.WriteAllText(folder["ImageSets/Segmentation/train.txt"], "one\n");
    }

    /// <summary>The labels at the centres of the four quarters of the first image.</summary>
    private static int[] Labels(IDataset set)
    {
        Mat labels = set.Load(0).Labels;
        return [labels.At<byte>(2, 2), labels.At<byte>(2, 6), labels.At<byte>(6, 2), labels.At<byte>(6, 6)];
    }

    private static Scalar Rgb(int r, int g, int b) => new(b, g, r);

    private static void Save(string folder, string name, Mat image)
    {
        Directory.CreateDirectory(folder);
        using (image) Assert.True(Cv2.ImWrite(Path.Combine(folder, name), image));
    }
}
