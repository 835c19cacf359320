using System.Globalization;
using System.Net;

namespace RealtimeSeg.Web;

/// <summary>Where the page is served, and the token that it takes.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="Token">Required for any address that other machines can reach; null for none.</param>
public sealed record WebAddress(IPEndPoint EndPoint, string? Token)
{
    private const int ShortestToken = 8;

    /// <param name="text">PORT, or ADDRESS:PORT; an address left out is 127.0.0.1.</param>
    /// <param name="token">The token, or null.</param>
    /// <exception cref="UserError">Not an address, or one that others can reach without a token.</exception>
    public static WebAddress Parse(string text, string? token)
    {
        if (token is { Length: < ShortestToken }) throw new UserError($"--http-token: give at least {ShortestToken} characters");
        string whole = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? $"127.0.0.1:{text}"
            : text.Replace("localhost:", "127.0.0.1:", StringComparison.OrdinalIgnoreCase);
        if (!whole.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(whole, out IPEndPoint? end))
            throw new UserError($"--http {text}: give ADDRESS:PORT or PORT, such as 127.0.0.1:8080");
        if (token is null && !IPAddress.IsLoopback(end.Address))
            throw new UserError($"--http {text}: others could see your camera there; add --http-token SECRET, or use 127.0.0.1:{end.Port}");
        return new WebAddress(end, token);
    }
}
