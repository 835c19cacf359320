using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace RealtimeSeg.Web;

/// <summary>
/// Who knows the token: a program sends it as a bearer header; the page sends it so once and gets a cookie for the rest of the run, whose
/// value has nothing to do with the token. A network address that was wrong a few times may try once per second; sessions and other
/// addresses do not notice.
/// </summary>
internal sealed class PageAccess(string token) : IDisposable
{
    private const string Scheme = "Bearer ";
    private const int WrongAtOnce = 5;
    private readonly string _session = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
    private readonly PartitionedRateLimiter<IPAddress> _wrong = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = WrongAtOnce,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }));

    /// <summary>200 if a request has a session or the token, 429 if its address was wrong too often, else 401.</summary>
    /// <param name="context">The request.</param>
    /// <param name="hasBearer">Whether it has the token itself, which no other site's page can send.</param>
    public int Check(HttpContext context, out bool hasBearer)
    {
        hasBearer = false;
        if (Matches(context.Request.Cookies[CookieOf(context)], _session)) return StatusCodes.Status200OK;
        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.Ordinal)) return StatusCodes.Status401Unauthorized;
        IPAddress address = Network(context.Connection.RemoteIpAddress ?? IPAddress.None);
        lock (_wrong) // guesses that come at once are one after the other
        {
            // The bucket fills up by fractions, of which any lets a request for no permit pass.
            if (_wrong.GetStatistics(address) is { CurrentAvailablePermits: < 1 }) return StatusCodes.Status429TooManyRequests;
            hasBearer = Matches(header[Scheme.Length..], token);
            if (hasBearer) return StatusCodes.Status200OK;
            using RateLimitLease lease = _wrong.AttemptAcquire(address);
            return StatusCodes.Status401Unauthorized;
        }
    }

    /// <summary>Gives the sender the session.</summary>
    public void SignIn(HttpContext context)
    {
        CookieOptions strict = new() { HttpOnly = true, SameSite = SameSiteMode.Strict };
        context.Response.Cookies.Append(CookieOf(context), _session, strict);
    }

    public void Dispose() => _wrong.Dispose();

    /// <summary>Browsers share cookies among the ports of a host: each program needs a name of its own.</summary>
    private static string CookieOf(HttpContext context)
        => string.Create(CultureInfo.InvariantCulture, $"rtseg-{context.Connection.LocalPort}");

    /// <summary>The first half of an IPv6 address, within which a machine may choose.</summary>
    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        byte[] bytes = address.GetAddressBytes();
        if (bytes.Length > 4) bytes.AsSpan(bytes.Length / 2).Clear();
        return new IPAddress(bytes);
    }

    private static bool Matches(string? given, string expected)
        => given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), Hash(expected));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
