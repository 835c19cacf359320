using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>COCO's annotations, Cityscapes' labelIds, classes of a user's own, and splits by share.</summary>
public sealed class OtherLayoutTests : IDisposable
{
    private static readonly byte[] Void = [ClassMap.Ignore];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// A square, on it a smaller one as run lengths down the columns, packed and as numbers; a crowd is ignored. The packed runs are
    /// [25, 3, 4, 3, 65] as COCO's mask API packs them.
    /// </summary>
    [Theory]
    [InlineData("[25,3,4,3,65]")]
    [InlineData("\"i0340m1\"")]
    public void COCOs_instances_are_drawn_smaller_ones_on_top(string counts)
    {
        Image("train2017/a.png", 10, 10);
        Image("val2017/b.png", 10, 10);
        const string Categories = """[{"id": 7, "name": "cat, tabby"}, {"id": 3, "name": "person"}]""";
        string runs = $$"""{"counts": {{counts}}, "size": [10, 10]}""";
        Text("annotations/instances_train2017.json", $$"""
            {"images": [{"id": 9, "file_name": "a.png", "width": 10, "height": 10}], "categories": {{Categories}}, "annotations": [
              {"image_id": 9, "category_id": 7, "area": 6, "iscrowd": 0, "segmentation": {{runs}} },
              {"image_id": 9, "category_id": 3, "area": 64, "iscrowd": 0, "segmentation": [[1, 1, 9, 1, 9, 9, 1, 9]] },
              {"image_id": 9, "category_id": 3, "area": 9, "iscrowd": 1, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]] }]}
            """);
        Text("annotations/instances_val2017.json",
            $$"""{"images": [{"id": 1, "file_name": "b.png"}], "categories": {{Categories}}, "annotations": []}""");
        Text("annotations/captions_train2017.json", "{}");
        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: true), null);
        Assert.Equal(["background", "person", "cat tabby"], set.ClassNames);
        Sample sample = set.Load(0);
        Assert.Equal("a.png", sample.Name);
        Assert.Equal([0, 1, 1, 0], At(sample, (9, 0), (1, 1), (8, 8), (9, 9)));
        Assert.Equal([1, 2, 2, 1], At(sample, (2, 4), (2, 5), (2, 7), (2, 8)));
        Assert.Equal([1, 2, 2, 1, 1], At(sample, (3, 1), (3, 2), (3, 4), (3, 5), (4, 3)));
        Assert.Equal(Void, At(sample, (0, 0)));
        Assert.Equal(1, DatasetLayout.Open(_folder.Path, new Split(Training: false), null).Count);
        IDataset people = DatasetLayout.Open(_folder.Path, new Split(Training: true), "voc-person");
        Assert.Equal([1, 0], At(people.Load(0), (8, 8), (2, 5)));
    }

    [Fact]
    public void COCOs_panoptic_colours_are_numbers_of_segments()
    {
        Image("val/a.png", 2, 1);
        Text("annotations/panoptic_val.json", """
            {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "road"}, {"id": 2, "name": "car"}],
             "annotations": [{"image_id": 1, "file_name": "a.png", "segments_info": [{"id": 66051, "category_id": 2, "iscrowd": 0}]}]}
            """);
        using Mat segments = new(1, 2, MatType.CV_8UC3, Scalar.Black);
        segments.Set(0, 1, new Vec3b(1, 2, 3)); // B, G, R: 3 + 256 · 2 + 65536
        Save("annotations/panoptic_val/a.png", segments);
        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: false), null);
        Assert.Equal([ClassMap.Ignore, 1], At(set.Load(0), (0, 0), (1, 0)));
        IDataset street = DatasetLayout.Open(_folder.Path, new Split(Training: false), "street");
        Assert.Equal([StreetClasses.Car], At(street.Load(0), (1, 0)));
        Assert.True(street.CanShow(StreetClasses.Road));
        Assert.False(street.CanShow(StreetClasses.Sky));
    }

    [Fact]
    public void A_wrong_annotation_is_named_with_its_file_and_image()
    {
        Image("train/a.png", 4, 4);
        Text("annotations/instances_train.json", """
            {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "x"}],
             "annotations": [{"image_id": 1, "category_id": 1, "segmentation": {"counts": [3, 99], "size": [4, 4]}}]}
            """);
        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: true, Whole: true), null);
        string message = Assert.Throws<UserError>(() => set.Load(0)).Message;
        Assert.Contains("instances_train.json: the annotations of a.png cannot be drawn (runs that leave the image)", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cityscapes_labelIds_become_the_19_classes_that_are_trained_on()
    {
        byte[] ids = [7, 8, 11, 26, 33, 0, 4, 29, 255];
        foreach (string part in (string[])["train", "val"])
        {
            Image($"leftImg8bit/{part}/ulm/ulm_0_1_leftImg8bit.png", ids.Length, 1);
            using Mat labels = Mat.FromPixelData(1, ids.Length, MatType.CV_8UC1, ids);
            Save($"gtFine/{part}/ulm/ulm_0_1_gtFine_labelIds.png", labels);
        }

        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: false), null);
        Assert.Equal(19, set.ClassNames.Count);
        Assert.Equal([0, 1, 2, 13, 18, 255, 255, 255, 255], set.Load(0).Labels.AsSpan<byte>().ToArray());
        Assert.Equal("bicycle", set.ClassNames[18]);
        IDataset street = DatasetLayout.Open(_folder.Path, new Split(Training: true), "street");
        Assert.Equal(
            [StreetClasses.Road, StreetClasses.Pavement, StreetClasses.Building, StreetClasses.Car, StreetClasses.Bicyclist],
            street.Load(0).Labels.AsSpan<byte>()[..5].ToArray());
    }

    [Fact]
    public void A_class_file_explains_colours_and_one_in_the_folder_explains_values()
    {
        Image("images/training/a.png", 3, 1);
        using Mat colors = new(1, 3, MatType.CV_8UC3, new Scalar(0, 0, 200));
        colors.Set(0, 1, new Vec3b(30, 20, 10));
        colors.Set(0, 2, new Vec3b(0, 0, 0));
        Save("annotations/training/a.png", colors);
        Text("colors.txt", "# red first\n0 0 0 void\n200 0 0 traffic light\n10 20 30 tree\n");
        Assert.Contains("--colors", Assert.Throws<UserError>(() => Open(null)).Message, StringComparison.Ordinal);
        IDataset set = Open(_folder["colors.txt"]);
        Assert.Equal(["traffic light", "tree"], set.ClassNames);
        Assert.Equal([0, 1, 255], set.Load(0).Labels.AsSpan<byte>().ToArray());
        Text("colors.txt", "0 0 0 void\n200 0 0 light\n1 1 1 tree\n");
        string message = Assert.Throws<UserError>(() => Open(_folder["colors.txt"]).Load(0)).Message;
        Assert.Contains("a.png has the colour (10, 20, 30)", message, StringComparison.Ordinal);

        using Mat values = Mat.FromPixelData(1, 3, MatType.CV_8UC1, new byte[] { 2, 1, 0 });
        Save("annotations/training/a.png", values);
        Text("classes.txt", "unlabelled\nwall\nfloor\n");
        Assert.Equal([1, 0, 255], Open(null).Load(0).Labels.AsSpan<byte>().ToArray());
        Text("classes.txt", "wall\nfloor\n");
        Assert.Contains("contains label 2", Assert.Throws<UserError>(() => Open(null).Load(0)).Message, StringComparison.Ordinal);
        IDataset Open(string? classes) => DatasetLayout.Open(_folder.Path, new Split(Training: true, Whole: true), null, classes);
    }

    [Theory]
    [InlineData("wall\n", "name two classes or more")]
    [InlineData("1 2 3 wall\nfloor\n", "before every name, or before none")]
    [InlineData("1 2 3 wall\n1 2 3 floor\n", "'floor' has the colour of another line")]
    [InlineData("1 2 3 wall\n4 5 6\n", "has a colour without a name")]
    public void A_class_file_that_is_none_is_refused(string text, string says)
    {
        Text("c.txt", text);
        Assert.Contains(says, Assert.Throws<UserError>(() => ClassFile.Read(_folder["c.txt"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_share_divides_all_images_whatever_split_they_come_with()
    {
        for (int i = 0; i < 8; i++)
        {
            string part = i < 6 ? "train" : "val";
            Image($"{part}/{i}.png", 4, 4);
            using Mat labels = new(4, 4, MatType.CV_8UC1, new Scalar(1));
            Save($"{part}annot/{i}.png", labels);
        }

        string Names(Split split)
        {
            IDataset set = DatasetLayout.Open(_folder.Path, split, null);
            return string.Concat(Enumerable.Range(0, set.Count).Select(i => set.Load(i).Name[..1]));
        }

        Assert.Equal(("37", "012456"), (Names(Split.Parse("0.25")), Names(new Split(Training: true, Share: 0.25))));
        Assert.Equal(("67", "012345"), (Names(Split.Parse("val")), Names(Split.Parse("train"))));
        Assert.Throws<UserError>(() => Split.Parse("1.5"));
    }

    private static byte[] At(Sample sample, params (int X, int Y)[] places)
        => [.. places.Select(p => sample.Labels.At<byte>(p.Y, p.X))];

    private void Image(string name, int width, int height)
    {
        using Mat image = new(height, width, MatType.CV_8UC3, new Scalar(50, 60, 70));
        Save(name, image);
    }

    private void Save(string name, Mat image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        Assert.True(Cv2.ImWrite(_folder[name], image));
    }

    private void Text(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
