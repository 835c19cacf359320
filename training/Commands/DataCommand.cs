using System.CommandLine;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>data</c>: make a sample, look at what augmentation does, and check a data set before training on it.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("folder") { Description = "Where to write street.mp4, val/ and valannot/" };
        Option<int> frames = new("--frames") { Description = "Length in frames, 15 a second", DefaultValueFactory = _ => 150 };
        Option<int> seed = new("--seed") { Description = "Which street, or which random choices", DefaultValueFactory = _ => 7 };
        Command sample = new("sample", "Draw a clip of the toy street with exact labels.") { folder, frames, seed };
        sample.SetAction(p => Done(() => DataSample.Write(p.GetValue(folder)!, p.GetValue(frames), p.GetValue(seed))));

        Argument<string> data = new("data") { Description = "A folder in one of the known layouts, or synth" };
        Option<string?> map = new("--map") { Description = ClassMap.Help };
        Option<string> sheet = new("--out") { Description = "The contact sheet", DefaultValueFactory = _ => "out/preview.png" };
        Option<string> augment = new("--augment") { Description = AugmentationNames.Help, DefaultValueFactory = _ => "strong" };
        Command preview = new("preview", "Draw a contact sheet of what the network gets to see: a row for each kind of augmentation.") { data, map, augment, sheet, seed };
        preview.SetAction(p => Done(() => DataPreview.Write(p.GetValue(data)!, p.GetValue(map), p.GetValue(augment)!, p.GetValue(seed), p.GetValue(sheet)!)));

        Option<string> found = new("--out") { Description = "The contact sheet", DefaultValueFactory = _ => "out/check.png" };
        Command check = new("check", "Check a data set: counts, sizes, classes, labels out of range, files without a partner.") { data, map, found };
        check.SetAction(p => DataCheck.Run(p.GetValue(data)!, p.GetValue(map), p.GetValue(found)!));
        return new Command("data", "Make and look at data.") { sample, preview, check };
    }

    private static int Done(Action work)
    {
        work();
        return 0;
    }
}
