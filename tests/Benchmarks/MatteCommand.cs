using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>
/// <c>./run.sh test --mattes</c>: what soft edges are worth, against the hard mask that they are made from: outlines of people, drawn hair,
/// flicker, and cost.
/// </summary>
internal sealed class MatteCommand(string model, string data, int most, string folder) : IDisposable
{
    private const byte Half = 128;
    private const int Repetitions = 200;
    private readonly Segmenter _model = Segmenter.Load(model, new SegmenterOptions(ExecutionProviders.Cpu), Console.WriteLine);
    private readonly MatteStudio _studio = new();
    private readonly FrameSlot _slot = new();

    public static Command Create()
    {
        string person = Path.Combine(Repository.Root, "models", "person.onnx");
        string shared = Path.Combine(Repository.Root, "..", "shared", "data"), place = Path.Combine("out", "mattes");
        Option<string> model = new("--model") { DefaultValueFactory = _ => person, Description = "Of background and person" };
        Option<string> data = new("--data") { DefaultValueFactory = _ => shared, Description = "With people-street, human, camvid" };
        Option<int> images = new("--images") { DefaultValueFactory = _ => 60, Description = "Of each set, at most" };
        Option<string> folder = new("--folder") { DefaultValueFactory = _ => place, Description = "For some of the pictures" };
        Command command = new("mattes", "Scores soft edges against hard masks.") { model, data, images, folder };
        command.SetAction(p =>
        {
            using MatteCommand run = new(
                p.GetValue(model)!, p.GetValue(data)!, p.GetValue(images), Path.GetFullPath(p.GetValue(folder)!));
            run.Score();
        });
        return command;
    }

    public void Dispose()
    {
        _slot.Dispose();
        _studio.Dispose();
        _model.Dispose();
    }

    private void Score()
    {
        Directory.CreateDirectory(folder);
        Console.WriteLine("| | images | hard mask | matte |\n|---|---|---|---|");
        Outlines("people-street");
        Outlines("human");
        Hair();
        Flicker("`vtest.avi`", Film());
        Flicker("still pictures with a camera's noise", Noisy());
        Cost();
    }

    private void Outlines(string name)
    {
        using BoundaryScore hard = new(2), soft = new(2);
        int images = 0;
        foreach (Sample sample in Samples(name))
        {
            (Mat labels, Mat matte) = Masks(sample.Image);
            hard.Add(sample.Labels, labels);
            using Mat over = matte.Threshold(Half - 1, 1, ThresholdTypes.Binary);
            soft.Add(sample.Labels, over);
            if (images++ < 3) Save($"{name}-{images}", sample.Image, labels, matte);
            labels.Dispose();
            matte.Dispose();
        }

        Row($"boundary F1, `{name}`", images, hard.Mean, soft.Mean);
    }

    private void Hair()
    {
        Mat[] empty = [.. Streets()];
        double hard = 0, soft = 0, hardNear = 0, softNear = 0;
        int images = 0;
        foreach (Sample sample in Samples("human").Where(s => Portrait(s.Labels)))
        {
            using Mat person = new();
            Cv2.InRange(sample.Labels, new Scalar(1), new Scalar(1), person);
            using HairComposite hairy = new(sample.Image, person, empty[images % empty.Length], images);
            (Mat labels, Mat matte) = Masks(hairy.Image);
            using Mat solid = labels * 255, near = Near(hairy.Alpha);
            hard += Apart(solid, hairy.Alpha, null);
            soft += Apart(matte, hairy.Alpha, null);
            hardNear += Apart(solid, hairy.Alpha, near);
            softNear += Apart(matte, hairy.Alpha, near);
            if (images++ < 6) Save($"hair-{images}", hairy.Image, labels, matte);
            labels.Dispose();
            matte.Dispose();
        }

        Row("mean absolute error, drawn hair", images, hard / images, soft / images);
        Row("the same within 4 pixels of its edges", images, hardNear / images, softNear / images);
        foreach (Mat street in empty) street.Dispose();
    }

    /// <summary>Share of still pixels that change sides from frame to frame, of the smoothed mask and of its matte.</summary>
    private void Flicker(string what, IEnumerable<Mat> images)
    {
        using Labeller labeller = new(new LabelOptions(0.5f), new WallClock());
        using FrameSlot slot = new();
        using MatteStudio studio = new() { Smooth = 0.5f };
        MotionMask motion = new();
        FlickerMeter hard = new(), soft = new();
        int frames = 0;
        foreach (Mat image in images)
        {
            image.CopyTo(slot.Image);
            labeller.Label(slot, _model);
            ReadOnlySpan<bool> still = motion.Update(slot.Fitted.AsSpan<byte>(), slot.Fitted.Width);
            hard.Add(still, slot.Labels.AsSpan<byte>());
            using Mat matte = Mat.FromPixelData(slot.Image.Height, slot.Image.Width, MatType.CV_8UC1, studio.Of(slot)), small = new();
            using Mat over = matte.Threshold(Half - 1, 1, ThresholdTypes.Binary);
            LabelMap.Resize(over, small, slot.Labels.Size());
            soft.Add(still, small.AsSpan<byte>());
            frames++;
        }

        Row($"flicker in percent at `--smooth 0.5`, {what}", frames, hard.Flicker * 100, soft.Flicker * 100);
    }

    private IEnumerable<Mat> Film()
    {
        using VideoSource source = new(Path.Combine(data, "..", "videos", "vtest.avi"), null);
        using Mat image = new();
        for (int i = 0; i < most * 2 && source.Read(image); i++) yield return image;
    }

    /// <summary>Pictures of one size that do not move, a few frames each.</summary>
    private IEnumerable<Mat> Noisy()
    {
        const int FramesEach = 12;
        foreach (Sample sample in Samples("human").Take(most / 4))
        {
            using Mat scaled = sample.Image.Resize(new Size(640, 480)), wide = new(), noisy = new();
            using Mat noise = new(scaled.Size(), MatType.CV_16SC3);
            for (int i = 0; i < FramesEach; i++)
            {
                Cv2.Randn(noise, Scalar.All(0), Scalar.All(4));
                scaled.ConvertTo(wide, MatType.CV_16SC3);
                Cv2.Add(wide, noise, wide);
                wide.ConvertTo(noisy, MatType.CV_8UC3);
                yield return noisy;
            }
        }
    }

    /// <summary>Of the matte alone, where the context draws: of a portrait, whose edges fill much of the image.</summary>
    private void Cost()
    {
        Sample portrait = Samples("human").First(s => Portrait(s.Labels));
        using Mat image = portrait.Image.Resize(new Size(640, 480));
        using MatteStudio studio = new(); // whose context is the current one
        image.CopyTo(_slot.Image);
        _model.Fit(_slot);
        _model.Infer(_slot);
        studio.Of(_slot);
        List<double> times = [];
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            studio.Draw();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Row("ms for a portrait at 640×480, fastest and median", Repetitions, times[0], times[times.Count / 2]);
    }

    private IEnumerable<Sample> Samples(string name)
    {
        IDataset set = MixedDataset.Parse(Path.Combine(data, name), Split.Parse("val")).Parts[0];
        int count = Math.Min(most, set.Count);
        for (int i = 0; i < count; i++) yield return set.Load(i * set.Count / count);
    }

    /// <summary>Frames of streets in which nobody is.</summary>
    private IEnumerable<Mat> Streets()
    {
        IDataset set = MixedDataset.Parse(Path.Combine(data, "camvid"), Split.Parse("train")).Parts[0];
        int[] people = [.. Enumerable.Range(0, set.ClassNames.Count).Where(c => set.ClassNames[c] is "pedestrian" or "bicyclist")];
        for (int i = 0; i < set.Count; i += 8)
        {
            Sample sample = set.Load(i);
            byte[] labels = sample.Labels.AsSpan<byte>().ToArray();
            if (!labels.Any(l => Array.IndexOf(people, l) >= 0)) yield return sample.Image.Clone();
        }
    }

    /// <summary>The hard mask and the matte of an image, both of its size: 0 and 1, and 0–255.</summary>
    private (Mat Labels, Mat Matte) Masks(Mat image)
    {
        image.CopyTo(_slot.Image);
        _model.Fit(_slot);
        _model.Infer(_slot);
        Mat labels = new();
        LabelMap.Resize(_slot.Labels, labels, image.Size());
        using Mat matte = Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC1, _studio.Of(_slot));
        return (labels, matte.Clone());
    }

    private void Save(string name, Mat image, Mat labels, Mat matte)
    {
        using Mat solid = labels * 255, cut = On(image, solid), soft = On(image, matte), sheet = new();
        Cv2.HConcat([image, cut, soft], sheet);
        Cv2.ImWrite(Path.Combine(folder, $"{name}.png"), sheet);
    }

    /// <summary>The foreground on green.</summary>
    private static Mat On(Mat image, Mat share)
    {
        using Mat weight = new(), three = new(), floats = new(), green = new(image.Size(), MatType.CV_32FC3, new Scalar(64, 192, 32));
        share.ConvertTo(weight, MatType.CV_32F, 1 / 255.0);
        Cv2.CvtColor(weight, three, ColorConversionCodes.GRAY2BGR);
        image.ConvertTo(floats, MatType.CV_32FC3);
        using Mat mixed = (green + (floats - green).Mul(three)).ToMat();
        Mat result = new();
        mixed.ConvertTo(result, MatType.CV_8UC3);
        return result;
    }

    /// <summary>Whether a person fills half of the picture's height.</summary>
    private static bool Portrait(Mat labels) => Cv2.BoundingRect(labels).Height > labels.Height / 2;

    private static Mat Near(Mat alpha)
    {
        using Mat mixed = alpha.InRange(new Scalar(6), new Scalar(249));
        using Mat disc = Cv2.GetStructuringElement(MorphShapes.Ellipse, new Size(9, 9));
        return mixed.Dilate(disc);
    }

    private static double Apart(Mat a, Mat b, Mat? where)
    {
        using Mat apart = new();
        Cv2.Absdiff(a, b, apart);
        return (where is null ? Cv2.Mean(apart) : Cv2.Mean(apart, where)).Val0 / 255;
    }

    private static void Row(string what, int images, double hard, double soft)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {images} | {hard:F4} | {soft:F4} |"));
}
