using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The forms that tools write labels in: palettes, 16 bits, photos stored turned; and which files count as which.</summary>
public sealed class LabelFileTests : IDisposable
{
    /// <summary>As Pillow writes mode P, 4×1: of 4 bits and of 1 with one colour for all indices, of 2 with a transparent one.</summary>
    private const string Bits4 =
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABBAMAAAALEhL+AAAAMFBMVEUKFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4KFB4K"
        + "FB5HuKlHAAAAC0lEQVR4nGNQZAIAAEcAJLhwHV0AAAAASUVORK5CYII=";

    private const string Bits2 =
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAACVBMVEUAAACAQIAAAAAoeRNqAAAAAnRSTlP/AOW3MEoAAAAKSURBVHicY5gEAACUAJNjMKTz"
        + "AAAAAElFTkSuQmCC";

    private const string Bits1 =
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAQMAAADD8p2OAAAABlBMVEUKFB4KFB74bOSnAAAACklEQVR4nGO4AAAA0gDR29kOtwAAAABJRU5ErkJggg==";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Bits4, 2, 1, 0, 2)]
    [InlineData(Bits2, 2, 1, 0, 2)]
    [InlineData(Bits1, 1, 1, 0, 1)]
    public void A_palettes_indices_are_the_labels_of_a_file_with_names_alone(string png, params int[] expected)
    {
        Image("images/a.png", 4, 1);
        Write("masks/a.png", Convert.FromBase64String(png));
        Write("classes.txt", "sky\nroad\ncar\n"u8);
        Assert.Equal(expected, Labels().Select(v => (int)v));
        Write("classes.txt", "0 0 0 sky\n10 20 30 road\n128 64 128 car\n"u8); // by colour, the same file has other labels
        Assert.Equal(png == Bits2 ? [0, 2, 0, 0] : [1, 1, 1, 1], Labels().Select(v => (int)v));
    }

    [Fact]
    public void Labels_of_16_bits_are_read_as_far_as_8_hold_them()
    {
        Image("images/a.png", 4, 1);
        Write("classes.txt", "sky\nroad\ncar\n"u8);
        Save("masks/a.png", [2, 0, 255, 1]);
        Assert.Equal([2, 0, 255, 1], Labels());
        Save("masks/a.png", [2, 0, 300, 1]);
        Assert.Contains("masks/a.png contains label 300: allowed are 0–254", Refusal(), StringComparison.Ordinal);
        Write("classes.txt", "0 0 0 sky\n10 20 30 road\n"u8);
        Assert.Contains("1 channel of 16 bits: save colours in 8 bits", Refusal(), StringComparison.Ordinal);
        File.Delete(_folder["classes.txt"]);
        Assert.Contains("1 channel of 16 bits: save masks in black and white", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_may_have_three_channels_but_no_colours()
    {
        Image("images/a.png", 4, 1);
        using Mat mask = new(1, 4, MatType.CV_8UC3, Scalar.All(0));
        mask.Set(0, 2, new Vec3b(255, 255, 255));
        Save("masks/a.png", mask);
        Assert.Equal([0, 0, 1, 0], Labels());
        mask.Set(0, 2, new Vec3b(0, 0, 128));
        Save("masks/a.png", mask);
        Assert.Contains("has the colour (128, 0, 0): save masks in black and white", Refusal(), StringComparison.Ordinal);
    }

    /// <summary>8×4 as stored, 4×8 upright. The left half as annotated is an object.</summary>
    [Theory]
    [InlineData(8, 4, 8, 4)]
    [InlineData(4, 8, 4, 8)]
    [InlineData(0, 0, 8, 4)]
    public void COCOs_polygons_lie_in_the_stored_image_unless_the_entry_has_the_size_of_the_turned_one(int w, int h, int width, int height)
    {
        Annotate("annotations/train.json", $$"""{"id": 1, "file_name": "a.jpg", "width": {{w}}, "height": {{h}}}""", width / 2);
        Write("train/a.jpg", Turned(8, 4));
        Sample sample = DatasetLayout.Open(_folder.Path, new Split(Training: true, Whole: true), null).Load(0);
        Assert.Equal(new Size(width, height), sample.Image.Size());
        Assert.Equal(sample.Image.Size(), sample.Labels.Size());
        Assert.Equal((1, 0), (sample.Labels.At<byte>(0, (width / 2) - 1), sample.Labels.At<byte>(0, width / 2)));
        Assert.Equal(4, CalibrationImages.Open(_folder.Path, null).Take(1).Select(m => m.Width).Single()); // plain images are seen upright
    }

    [Fact]
    public void An_image_of_another_size_than_its_entry_is_refused()
    {
        Annotate("annotations/train.json", """{"id": 1, "file_name": "a.png", "width": 16, "height": 8}""", 4);
        Image("train/a.png", 8, 4);
        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: true, Whole: true), null);
        Assert.Contains("train/a.png is 8×4, 16×8 in ", Assert.Throws<UserError>(() => set.Load(0)).Message, StringComparison.Ordinal);
    }

    /// <summary>Every fifth of five images is for validation, unless there are two files.</summary>
    [Theory]
    [InlineData(4, 1, "instances_trainval2017.json")]
    [InlineData(4, 1, "train_val.json")]
    [InlineData(4, 1, "mine.json")]
    [InlineData(5, 5, "pascal_train2012.json", "pascal_val2012.json", "pascal_trainval2012.json")]
    [InlineData(5, 5, "instances_minitrain2017.json", "instances_minival2017.json")]
    [InlineData(5, 5, "cocotrain.json", "cocoval.json")]
    [InlineData(5, 5, "instances_Train.json", "instances_minival.json", "interval.json")]
    public void Words_in_the_names_of_annotations_tell_their_part(int train, int val, params string[] files)
    {
        string[] images = [.. Enumerable.Range(0, 5).Select(i => $$"""{"id": {{i}}, "file_name": "{{i}}.png"}""")];
        foreach (string file in files) Annotate("annotations/" + file, string.Join(',', images), 1);
        for (int i = 0; i < 5; i++) Image($"images/{i}.png", 4, 4);
        int[] counts = [.. new[] { true, false }.Select(t => DatasetLayout.Open(_folder.Path, new Split(t), null).Count)];
        Assert.Equal([train, val], counts);
    }

    [Fact]
    public void Annotations_of_both_parts_are_not_trained_on_beside_those_of_one()
    {
        foreach (string file in (string[])["a_trainval.json", "a_val.json"])
            Annotate("annotations/" + file, """{"id": 1, "file_name": "a.png"}""", 1);
        Image("images/a.png", 4, 4);
        UserError e = Assert.Throws<UserError>(() => DatasetLayout.Open(_folder.Path, new Split(Training: true), null));
        Assert.Contains("a_trainval.json has the images to validate on as well", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_JSON_beside_labels_makes_no_COCO_of_them()
    {
        for (int i = 0; i < 2; i++) Image($"images/training/{i}.png", 4, 1);
        for (int i = 0; i < 2; i++) Save($"annotations/training/{i}.png", [1, 0, 0, 0]);
        Write("annotations/training_log.json", """{"epoch": 3, "images": 2, "history": {"images": [1]}}"""u8);
        Write("classes.txt", "sky\nroad\n"u8);
        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: true), null);
        Assert.Equal(["sky", "road"], set.ClassNames);
    }

    [Fact]
    public void MMSegmentations_folders_are_read_and_YOLOs_texts_refused()
    {
        foreach (string part in (string[])["train", "val"])
        {
            Image($"img_dir/{part}/a.png", 4, 1);
            Save($"ann_dir/{part}/a.png", [1, 0, 255, 0]);
        }

        Write("classes.txt", "sky\nroad\n"u8);
        Assert.Equal([1, 0, 255, 0], Labels());
        Assert.Equal(1, DatasetLayout.Open(_folder.Path, new Split(Training: false), null).Count);
        Image("yolo/images/train/a.png", 4, 1);
        Write("yolo/labels/train/a.txt", "0 0.1 0.1 0.5 0.1 0.5 0.5"u8);
        Assert.Empty(DatasetLayout.Unlabelled(_folder["yolo"])); // which would only say that PNGs are missing
        UserError e = Assert.Throws<UserError>(() => DatasetLayout.Open(_folder["yolo"], new Split(Training: true, Whole: true), null));
        Assert.Contains("yolo/labels/train has labels as text, as YOLO's: convert them", e.Message, StringComparison.Ordinal);
    }

    /// <summary>No labels, no class file: what calibrates a model are images.</summary>
    [Theory]
    [InlineData("images/training", "annotations/training")]
    [InlineData("images/training", null)]
    [InlineData("leftImg8bit/train/ulm", null)]
    [InlineData("leftImg8bit/train/ulm", "gtFine/train/ulm")]
    [InlineData("JPEGImages", "Annotations")]
    [InlineData("train", "trainannot")]
    [InlineData("val2017", null)]
    [InlineData("img_dir/train", "ann_dir/train")]
    [InlineData("img_dir/val", null)]
    [InlineData("images", "masks")]
    public void Calibration_takes_the_images_of_a_layout_without_their_labels(string images, string? labels)
    {
        for (int i = 0; i < 3; i++) Image($"{images}/{i}.png", 4, 4);
        if (labels is not null) Image($"{labels}/other.png", 9, 9);
        Assert.Equal([4, 4, 4], CalibrationImages.Open(_folder.Path, null).Take(9).Select(m => m.Width));
        Assert.Throws<UserError>(() => CalibrationImages.Open(_folder.Path, "no-map"));
    }

    private byte[] Labels()
    {
        IDataset set = DatasetLayout.Open(_folder.Path, new Split(Training: true), null);
        return set.Load(0).Labels.AsSpan<byte>().ToArray();
    }

    private string Refusal() => Assert.Throws<UserError>(Labels).Message;

    /// <summary>A photo with EXIF's orientation 6: to be turned by a quarter.</summary>
    private static byte[] Turned(int width, int height)
    {
        using Mat image = new(height, width, MatType.CV_8UC3, new Scalar(50, 60, 70));
        Assert.True(Cv2.ImEncode(".jpg", image, out byte[] jpeg));
        byte[] orientation = [0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0];
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, .. orientation, 0, 0, 0, 0];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    private void Annotate(string file, string images, int wide)
    {
        string polygon = $"[[0,0,{wide},0,{wide},99,0,99]]";
        Write(file, System.Text.Encoding.UTF8.GetBytes($$"""
            {"info": {"images": []}, "images": [{{images}}], "categories": [{"id": 1, "name": "left"}],
             "annotations": [{"image_id": 1, "category_id": 1, "area": 9, "iscrowd": 0, "segmentation": {{polygon}} }]}
            """));
    }

    private void Image(string name, int width, int height)
    {
        using Mat image = new(height, width, MatType.CV_8UC3, new Scalar(50, 60, 70));
        Save(name, image);
    }

    private void Save(string name, ushort[] labels)
    {
        using Mat image = Mat.FromPixelData(1, labels.Length, MatType.CV_16UC1, labels);
        Save(name, image);
    }

    private void Save(string name, Mat image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        Assert.True(Cv2.ImWrite(_folder[name], image));
    }

    private void Write(string name, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], bytes);
    }
}
