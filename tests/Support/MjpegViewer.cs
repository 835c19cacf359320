using System.Globalization;
using System.Text;
using Xunit;

namespace RealtimeSeg.Tests.Support;

/// <summary>Watches the page's stream.</summary>
internal static class MjpegViewer
{
    /// <summary>Reads this many images.</summary>
    public static async Task<int> WatchAsync(HttpClient client, int wanted)
    {
        using HttpResponseMessage response = await client.GetAsync("/stream.mjpg", HttpCompletionOption.ResponseHeadersRead);
        Assert.StartsWith("multipart/x-mixed-replace", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        using Stream stream = await response.Content.ReadAsStreamAsync();
        using BinaryReader reader = new(stream);
        return await Task.Run(() =>
        {
            const string Length = "Content-Length: ";
            for (int i = 0; i < wanted; i++)
            {
                int length = 0;
                for (string line = Line(reader); line.Length > 0 || length == 0; line = Line(reader))
                {
                    if (line.StartsWith(Length, StringComparison.Ordinal))
                        length = int.Parse(line[Length.Length..], CultureInfo.InvariantCulture);
                }

                byte[] jpeg = reader.ReadBytes(length);
                Assert.Equal([0xFF, 0xD8], jpeg[..2]);
            }

            return wanted;
        });
    }

    private static string Line(BinaryReader reader)
    {
        StringBuilder line = new();
        for (byte b = reader.ReadByte(); b != '\n'; b = reader.ReadByte()) line.Append((char)b);
        return line.ToString().TrimEnd('\r');
    }
}
