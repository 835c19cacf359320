using System.Globalization;
using System.Text;
namespace RealtimeSeg.Network.Steps;

/// <summary>
/// A step as a compute shader and its numbers. The text names no size and no place, so that steps of the same kind share a program, and
/// another size of the frame needs no other.
/// </summary>
public sealed class KernelSource
{
    private readonly List<int> _integers = [];
    private readonly List<float> _floats = [];
    private readonly StringBuilder _names = new(), _store = new();

    /// <param name="step">The step.</param>
    /// <param name="plan">Where maps are.</param>
    /// <param name="weights">Where kernels are.</param>
    /// <param name="constants">Where second operands are.</param>
    /// <param name="files">Gives the text of a file in <c>shaders/network</c>.</param>
    /// <param name="style">How it is written.</param>
    public KernelSource(
        Step step, MemoryPlan plan, Func<Packed, int> weights, Func<Packed, int> constants,
        Func<string, string> files, KernelStyle style)
    {
        WrittenKernel? own = step.Write(style.Tiles);
        if (style.Half) _names.Append("#define HALF\n");
        MapShape to = step.Output.Shape;
        foreach ((string name, string text) in step.Defines) _names.Append(CultureInfo.InvariantCulture, $"#define {name} {text}\n");
        if (step.IsStored) Name("out0", plan[step.Output]);
        Name("outH", to.Height);
        Name("outW", to.Width);
        Name("outBlocks", to.Blocks);
        for (int i = 0; i < step.Inputs.Count; i++) NameInput(i, step.Inputs[i].Shape, plan[step.Inputs[i]]);
        foreach ((string name, int value) in step.Integers) Name(name, value);
        foreach ((string name, Packed value) in own?.Weights ?? step.Weights) Name(name, weights(value));
        foreach ((string name, float value) in step.Floats) Name(name, value);
        foreach (Pointwise further in step.After) Append(further, plan, constants, to);
        if (step.After.Count > 0 && !to.IsWhole) Blank(to.Channels % MapShape.BlockSize);
        string kernel = own?.Text ?? files($"{step.Kernel}.glsl") + (step.IsStored ? files("main.glsl") : "");
        int groupSize = own is null ? style.CellGroupSize : style.GroupSize;
        Text = Whole(files("invocation.glsl") + files("tensor.glsl"), step.IsStored ? Stored() : "", kernel, groupSize);
        Groups = ((own?.Invocations ?? step.Invocations) + groupSize - 1) / groupSize;
    }

    /// <summary>GLSL.</summary>
    public string Text { get; }

    /// <summary>Values of <c>p</c>.</summary>
    public int[] Integers => [.. _integers];

    /// <summary>Values of <c>f</c>.</summary>
    public float[] Floats => [.. _floats];

    /// <summary>Work groups.</summary>
    public int Groups { get; }

    private void NameInput(int i, MapShape shape, int start)
    {
        Name($"in{i}", start);
        Name($"inH{i}", shape.Height);
        Name($"inW{i}", shape.Width);
        Name($"inC{i}", shape.Channels);
        Name($"inBlocks{i}", shape.Blocks);
    }

    private void Name(string name, int value) => _names.Append("#define ").Append(name).Append(' ').Append(New(value)).Append('\n');

    private void Name(string name, float value) => _names.Append("#define ").Append(name).Append(' ').Append(New(value)).Append('\n');

    private string New(int value)
    {
        _integers.Add(value);
        return $"p[{_integers.Count - 1}]";
    }

    private string New(float value)
    {
        _floats.Add(value);
        return $"f[{_floats.Count - 1}]";
    }

    private void Append(Pointwise further, MemoryPlan plan, Func<Packed, int> constants, MapShape shape)
    {
        string read = further.Other switch
        {
            null => "",
            Map map => $"o = read({New(plan[map])} + {Place(further.Spread)});\n",
            Constant constant => $"o = operand({New(constants(Laid(constant, further.Spread, shape)))} + {Place(further.Spread)});\n",
            _ => throw new InvalidOperationException($"{further.Other} is no operand of a kernel"),
        };
        if (further.Spread is Spread.Cell or Spread.Single && further.Other is not null) read += "o = o.xxxx;\n";
        object[] numbers = [.. further.Numbers.Select(n => (object)New(n))];
        string expression = string.Format(CultureInfo.InvariantCulture, further.Expression, numbers);
        _store.Append(read).Append("v = ").Append(expression).Append(";\n");
    }

    private static Packed Laid(Constant constant, Spread spread, MapShape shape) => spread switch
    {
        Spread.Channel => Packed.Channels(constant),
        Spread.Cell => Packed.Cells(constant, shape with { Channels = 1 }),
        _ => Packed.Cells(constant, shape),
    };

    private static string Place(Spread spread) => spread switch
    {
        Spread.Channel => "block",
        Spread.Cell => "cell",
        Spread.Single => "0",
        _ => "to",
    };

    /// <summary>What fills up the last block stays zero: a logarithm of it would not be finite, and spoil what reads it.</summary>
    private void Blank(int channels)
    {
        string lanes = string.Join(", ", Enumerable.Range(0, MapShape.BlockSize).Select(i => i < channels ? "true" : "false"));
        _store.Append($"if (block == outBlocks - 1) v = mix(vec4(0.0), v, bvec4({lanes}));\n");
    }

    private string Stored()
        => "void store(vec4 v, int block, int cell)\n{\nint to = block * outH * outW + cell;\nvec4 o;\n"
            + $"{_store}write(out0 + to, v);\n}}\n";

    private string Whole(string head, string store, string kernel, int groupSize)
    {
        string size = Math.Max(_integers.Count, _floats.Count) switch { <= 16 => "16", <= 32 => "32", <= 64 => "64", var n => $"{n}" };
        return $"#version 430\nlayout(local_size_x = {groupSize}) in;\n#define PARAMETERS {size}\n{_names}{head}{store}{kernel}";
    }
}
