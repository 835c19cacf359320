using RealtimeSeg.Network.Device;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Network;

/// <summary>What a user is told of a shader that a driver refuses.</summary>
public sealed class RefusedShaderTests : IDisposable
{
    private const string Head = "#version 430\nlayout(local_size_x = 8) in;\n";
    private readonly HeadlessContext _context = new();
    private readonly TemporaryFolder _folder = new();

    /// <summary>The line that the driver counts is found in the text that is kept, which is that of the last refusal by the name.</summary>
    [Theory]
    [InlineData("1×1 convolution", "1x1-convolution.comp")]
    [InlineData("network/resize.glsl", "network-resize.glsl")]
    public void A_message_has_the_drivers_line_and_the_text_that_it_counts_in(string name, string file)
    {
        string first = Refused(name, Head + "void main() { int x = nothing; }\n", _folder["cache"]);
        Assert.StartsWith($"provider gl: the driver refuses shader {name}: 0:3(", first, StringComparison.Ordinal);
        string second = Refused(name, Head + "\n\nvoid main() { int y = nothing; }\n", _folder["cache"]);
        Assert.StartsWith($"provider gl: the driver refuses shader {name}: 0:5(", second, StringComparison.Ordinal);
        Assert.Contains($"lines are those of {_folder[$"cache/{file}"]}", second, StringComparison.Ordinal);
        Assert.EndsWith(": use --provider cpu", second, StringComparison.Ordinal);
        Assert.Equal([_folder[$"cache/{file}"]], Directory.GetFiles(_folder["cache"]));
        string[] kept = File.ReadAllLines(_folder[$"cache/{file}"]);
        Assert.Equal("void main() { int y = nothing; }", kept[4]);
        Assert.Contains(kept[5..], l => l.StartsWith($"// {name}, which this driver refused: ", StringComparison.Ordinal));
        Assert.Contains(kept[5..], l => l.StartsWith("// 0:5(", StringComparison.Ordinal));
    }

    /// <summary>A shader that compiles and does not link.</summary>
    [Fact]
    public void Nobody_is_stopped_by_a_text_that_cannot_be_kept()
    {
        File.WriteAllText(_folder["file"], "");
        const string Unlinked = Head + "void other();\nvoid main() { other(); }\n";
        foreach (string? folder in (string?[])[_folder["file"], null])
        {
            string message = Refused("x", Unlinked, folder);
            Assert.Contains("other", message, StringComparison.Ordinal);
            Assert.DoesNotContain("lines are those of", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "the driver gives no reason")]
    [InlineData(" \n\0", "the driver gives no reason")]
    [InlineData("0:1(2): error: a\n\n0:3(4): error: b\n", "0:1(2): error: a; 0:3(4): error: b")]
    public void A_log_is_one_line_even_if_it_is_empty(string log, string expected) => Assert.Equal(expected, RefusedShader.Reason(log));

    [Fact]
    public void Of_a_long_log_the_file_has_the_rest()
        => Assert.InRange(RefusedShader.Reason(string.Concat(Enumerable.Repeat("error\n", 1000))).Length, 200, 400);

    [Fact]
    public void Kernels_that_have_a_file_are_named_by_it()
    {
        Assert.Equal("network/resize.glsl", KernelFiles.NameOf("resize"));
        Assert.Equal("1×1 convolution", KernelFiles.NameOf("1×1 convolution"));
    }

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    private string Refused(string name, string text, string? folder)
        => Assert.Throws<UserError>(() => new ComputeProgram(_context.Gl, name, text, folder)).Message;
}
