using RealtimeSeg.Core.Contract;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>Texts that users write.</summary>
public sealed class ParseTests
{
    [Theory]
    [InlineData("480x360", 480, 360)]
    [InlineData("32x8192", 32, 8192)]
    public void A_size_is_width_by_height(string text, int width, int height) => Assert.Equal((width, height), Parse.Size("--size", text));

    [Theory]
    [InlineData("31x360")]
    [InlineData("480x8193")]
    [InlineData("480")]
    [InlineData("480x")]
    [InlineData("480x360x3")]
    [InlineData("-480x360")]
    [InlineData("480.0x360")]
    public void Any_other_size_is_refused(string text)
    {
        UserError e = Assert.Throws<UserError>(() => Parse.Size("--size", text));
        Assert.StartsWith($"--size {text}: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("128", new float[] { 128, 128, 128 })]
    [InlineData("103.5,116.25,123", new[] { 103.5f, 116.25f, 123 })]
    public void Channels_are_one_number_or_three(string text, float[] expected) => Assert.Equal(expected, Parse.Channels("--mean", text));

    [Theory]
    [InlineData("1,2")]
    [InlineData("1,2,NaN")]
    [InlineData("red")]
    public void Any_other_channels_are_refused(string text) => Assert.Throws<UserError>(() => Parse.Channels("--mean", text));

    [Fact]
    public void A_deviation_must_be_above_zero() => Assert.Contains(
        "above 0",
        Assert.Throws<UserError>(() => Parse.Channels("--std", "1,0,1", positive: true)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Numbers_do_not_pass_for_names_of_an_enum() => Assert.Throws<UserError>(() => Parse.Name<Fit>("--fit", "1"));

    [Fact]
    public void Scalings_with_equal_numbers_are_equal()
    {
        InputScaling one = new(InputScaling.IsRgb("bgr"), [1, 2, 3], [4, 4, 4]);
        InputScaling same = new(InputScaling.IsRgb("BGR"), [1, 2, 3], [4, 4, 4]);
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, one with { Mean = [1, 2, 4] });
        Assert.NotEqual(one, one with { Rgb = true });
    }
}
