using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Learning from another model's probabilities.</summary>
public sealed class TeacherTests : IDisposable
{
    private static readonly BatchShape Two = new(2, 64, 96);

    private readonly TemporaryFolder _folder = new();

    private string File => _folder["teacher.onnx"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_teachers_answers_are_what_its_file_decides_from_as_means_over_cells()
    {
        const int classes = 11;
        byte[] model = RandomExport.Of("fcn8s", "reslite", null, seed: 1);
        System.IO.File.WriteAllBytes(File, model);
        byte[] frames = new byte[2 * 64 * 96 * 3];
        new Random(1).NextBytes(frames);
        using Teacher teacher = new(File, [.. Enumerable.Range(0, classes).Select(k => $"class{k}")]);
        float[] whole = Answers(teacher, frames, new Shape(2, classes, 64, 96));
        float[] cells = Answers(teacher, frames, new Shape(2, classes, 16, 24));

        using Evaluator evaluator = new(model, "teacher");
        for (int i = 0; i < 2; i++)
        {
            using Mat image = Mat.FromPixelData(64, 96, MatType.CV_8UC3, frames[(i * 64 * 96 * 3)..((i + 1) * 64 * 96 * 3)]);
            byte[] labels = evaluator.Labels(image);
            Assert.True(labels.Distinct().Count() > 1, "one class everywhere proves nothing");
            for (int pixel = 0; pixel < labels.Length; pixel++)
            {
                float[] here = [.. Enumerable.Range(0, classes).Select(k => whole[(((i * classes) + k) * 64 * 96) + pixel])];
                Assert.Equal(1, here.Sum(), 1e-4f);
                Assert.Equal(here.Max(), here[labels[pixel]], 1e-6f);
            }
        }

        int plane = ((1 * classes) + 2) * 64 * 96; // of the second image's third class, the cell in row 5 and column 7
        float mean = Enumerable.Range(0, 16).Average(p => whole[plane + (((5 * 4) + (p / 4)) * 96) + (7 * 4) + (p % 4)]);
        Assert.Equal(mean, cells[(((1 * classes) + 2) * 16 * 24) + (5 * 24) + 7], 1e-5f);
    }

    [Fact]
    public void The_loss_against_a_teacher_is_least_where_the_network_agrees()
    {
        float[] taught = [0.8f, 0.1f, 0.1f];
        double entropy = -taught.Sum(q => q * Math.Log(q));
        Assert.Equal(entropy, SoftLoss([.. taught.Select(q => MathF.Log(q) + 3)], taught), 5);
        Assert.Equal(-taught.Sum(q => q * Math.Log(1 / 3d)), SoftLoss([0, 0, 0], taught), 5);
    }

    /// <summary>The same first batch and weights each time: what a teacher adds is proportional to its weight.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void A_teacher_adds_to_a_runs_loss_by_its_weight()
    {
        WriteTeacher();
        double alone = FirstLoss(null, 1), once = FirstLoss(File, 1), twice = FirstLoss(File, 2);
        Assert.True(once > alone + 0.1, $"{once} with a teacher, {alone} without");
        Assert.Equal(2 * (once - alone), twice - alone, 1e-4);
        string recipe = Recipe.Of(_folder["run"], Config(File, 2))[^1];
        Assert.Contains("--teacher teacher.onnx --teacher-weight 2", recipe, StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_of_other_classes_is_refused_as_is_no_file()
    {
        WriteTeacher();
        Assert.Contains("the same classes", Error(File, ["cat", "dog"]), StringComparison.Ordinal);
        Assert.Contains("no file", Error(_folder["none.onnx"], ["cat"]), StringComparison.Ordinal);
        System.IO.File.WriteAllText(_folder["text.onnx"], "no network");
        Assert.Contains("not", Error(_folder["text.onnx"], ["cat"]), StringComparison.Ordinal);
        Assert.Contains("--teacher-weight 0", Assert.Throws<UserError>(() => Config(File, 0).Checked()).Message, StringComparison.Ordinal);
    }

    private static string Error(string file, string[] classes) => Assert.Throws<UserError>(() => new Teacher(file, classes)).Message;

    private static RunConfig Config(string? teacher, float weight)
        => Toy.Config(1) with { Teacher = teacher, Objective = new Objective { Teaching = weight } };

    private double FirstLoss(string? teacher, float weight)
    {
        double loss = 0;
        Toy.Train(Config(teacher, weight), _folder[$"run-{teacher is null}-{weight}"], report: line => loss = line.Loss);
        return loss;
    }

    /// <summary>A short run's export.</summary>
    private void WriteTeacher()
    {
        Toy.Train(Toy.Config(3), _folder["run"]);
        RunExport.FromRun(_folder["run"], File);
    }

    private static float[] Answers(Teacher teacher, byte[] frames, Shape shape)
    {
        float[] values = new float[shape.Count];
        teacher.Fill(frames, Two, shape, values);
        return values;
    }

    private static double SoftLoss(float[] logits, float[] taught)
    {
        GraphBuilder g = new();
        Value x = g.Input("x", ElementType.Float, new Shape(1, taught.Length, 1, 1));
        Value loss = SoftCrossEntropy.Emit(g, x, g.Constant(taught, new Shape(1, taught.Length, 1, 1)));
        return Ort.Run(g, [loss], new Dictionary<string, Array>(StringComparer.Ordinal) { ["x"] = logits })[0][0];
    }
}
