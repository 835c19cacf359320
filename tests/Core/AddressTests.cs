using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>What is shown of addresses.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("rtsp://me:pw@cam/1?x=2", "rtsp://cam/1?x=2")]
    [InlineData("no http://me:p#w@cam/a: why", "no http://cam/a: why")]
    [InlineData("rtsp://me:p?w@cam/1", "rtsp://cam/1")]
    [InlineData("rtsp://me:12/w@cam/1", "rtsp://cam/1")]
    [InlineData("http://cam:81/v?mail=me@home&access_token=a1", "http://cam:81/v?mail=me@home&access_token=…")]
    [InlineData("http://cam/v?apikey=a1&sig=b2&x=3", "http://cam/v?apikey=…&sig=…&x=3")]
    [InlineData("cannot write rtmp://live/app/k3y-1: refused", "cannot write rtmp://live/app/…: refused")]
    [InlineData("rtmps://live:443/app/k3y?x=1", "rtmps://live:443/app/…?x=1")]
    [InlineData("no http://me:p@w@cam:81/a (http://me:p@w@cam:81/a: refused)", "no http://cam:81/a (http://cam:81/a: refused)")]
    [InlineData("rtsp://me:p/w@cam/1", "rtsp://cam/1")]
    [InlineData("srt://cam:9000?passphrase=hidden&mode=caller", "srt://cam:9000?passphrase=…&mode=caller")]
    [InlineData("http://cam:8080/@me/token.mjpg", "http://cam:8080/@me/token.mjpg")]
    [InlineData("me@home.mp4", "me@home.mp4")]
    public void Addresses_are_shown_without_their_secrets(string address, string shown)
    {
        Assert.Equal(shown, Address.Public(address));
        Assert.Equal(shown, new UserError(address).Message);
    }

    /// <summary>What a camera sends may be made to be slow: squares of its length would take minutes.</summary>
    [Fact]
    public void Long_texts_are_freed_of_secrets_in_linear_time()
    {
        string keys = string.Concat(Enumerable.Repeat("key", 40_000)), slashes = string.Concat(Enumerable.Repeat("rtmp://a", 20_000));
        Assert.EndsWith("&token=…", Address.Public($"http://h/?{keys}=x&token=abcdef"), StringComparison.Ordinal);
        Assert.EndsWith("?token=…", Address.Public($"{slashes} http://h/?token=abcdef"), StringComparison.Ordinal);
    }
}
