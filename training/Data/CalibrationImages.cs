using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>Images whose labels nobody needs: of data sets, of folders of images, or of videos.</summary>
public sealed class CalibrationImages
{
    /// <summary>How many are enough: 240 gave no other scores than these.</summary>
    public const int UsualCount = 64;

    private readonly (int Count, Func<IReadOnlyList<int>, IEnumerable<Mat>> Load)[] _parts;

    private CalibrationImages((int Count, Func<IReadOnlyList<int>, IEnumerable<Mat>> Load)[] parts) => _parts = parts;

    internal static CalibrationImages Of(params IEnumerable<IDataset> sets) => new([.. sets.Select(OfSet)]);

    /// <param name="spec">As of <c>train --data</c>, or folders of images, or videos; weights do not matter.</param>
    /// <param name="map">Class map of the data sets, or null.</param>
    /// <exception cref="UserError">One is none of these, or there is no such map.</exception>
    public static CalibrationImages Open(string spec, string? map)
    {
        _ = ClassMap.For(LabelStyle.CamVid, map);
        return new([.. DataSpec.Parse(spec).Select(d => OpenOne(d.Place, map))]);
    }

    /// <summary>So many images from all over; each is disposed when the next is asked for.</summary>
    public IEnumerable<Mat> Take(int count)
    {
        int all = _parts.Sum(p => p.Count), wanted = Math.Min(count, all), first = 0;
        int[] chosen = [.. Enumerable.Range(0, wanted).Select(i => (int)((long)i * all / wanted))];
        foreach ((int size, Func<IReadOnlyList<int>, IEnumerable<Mat>> load) in _parts)
        {
            int begin = first, end = first += size;
            foreach (Mat image in load([.. chosen.Where(i => i >= begin && i < end).Select(i => i - begin)]))
            {
                using (image) yield return image;
            }
        }
    }

    private static (int Count, Func<IReadOnlyList<int>, IEnumerable<Mat>> Load) OpenOne(string place, string? map)
    {
        bool isDrawn = place == MixedDataset.Synth || !Path.Exists(place); // of a place that is not there it tells so
        if (isDrawn) return OfSet(MixedDataset.Parse(place, new Split(Training: true), map).Parts[0]);
        return File.Exists(place) && !place.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OfVideo(place) : OfFiles(place);
    }

    private static (int Count, Func<IReadOnlyList<int>, IEnumerable<Mat>> Load) OfSet(IDataset set)
        => (set.Count, indices => indices.Select(i => set.Load(i).Image.Clone()));

    private static (int Count, Func<IReadOnlyList<int>, IEnumerable<Mat>> Load) OfFiles(string place)
    {
        IReadOnlyList<string> files = DatasetLayout.Pictures(place);
        return (files.Count, indices => indices.Select(i => ImageSet.Decode(files[i], ImreadModes.Color)));
    }

    private static (int Count, Func<IReadOnlyList<int>, IEnumerable<Mat>> Load) OfVideo(string file)
    {
        using VideoCapture video = new(file, VideoCaptureAPIs.FFMPEG);
        int frames = video.IsOpened() ? video.FrameCount : 0;
        return frames > 0
            ? (frames, indices => Frames(file, indices))
            : throw new UserError($"{file} is no video that can be read: name a data set, a folder of images, or a video file");
    }

    /// <summary>Frames in order; a video that is shorter than it says has fewer.</summary>
    private static IEnumerable<Mat> Frames(string file, IReadOnlyList<int> indices)
    {
        using VideoCapture video = new(file, VideoCaptureAPIs.FFMPEG);
        int at = 0;
        foreach (int index in indices)
        {
            for (; at < index; at++)
            {
                if (!video.Grab()) yield break;
            }

            Mat frame = new();
            at++;
            if (!video.Read(frame) || frame.Empty())
            {
                frame.Dispose();
                yield break;
            }

            yield return frame;
        }
    }
}
