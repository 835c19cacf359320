// Opens a model, labels an image file and prints the share of each class.
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Shell;
using RealtimeSeg.Inference;

if (args is not [string file, string picture])
{
    Console.Error.WriteLine("usage: SegmentImage MODEL.onnx IMAGE");
    return 2;
}

try
{
    using Segmenter model = Segmenter.Open(file);
    using Mat image = Cv2.ImRead(picture); // 8-bit BGR; any other way to get pixels does as well
    if (image.Empty()) throw new UserError($"{picture} is no image");
    Segmentation result = model.Segment(image.AsSpan<byte>(), image.Width, image.Height);

    double pixels = result.Labels.Length;
    ModelManifest about = model.Manifest;
    for (int label = 0; label < about.Classes.Count; label++)
    {
        int covered = result.Labels.AsSpan().Count((byte)label);
        Console.WriteLine($"{covered / pixels,7:P1}  #{about.Palette[label]:X6}  {about.Classes[label]}");
    }

    return 0;
}
catch (UserError e) // one line for the user: no such file, not a model, ...
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
