using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RealtimeSeg.Web;

/// <summary>
/// Lets through requests with the token, or without one those to this machine's own names (against DNS rebinding); and no commands from
/// pages of other sites.
/// </summary>
/// <param name="token">Null for none.</param>
internal sealed class PageGuard(string? token)
{
    private const string TokenName = "token";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        HttpResponse response = context.Response;
        bool authorized = token is null ? IsOwnName(request.Host.Host) : Matches(token, request);
        if (!authorized || !IsSameSite(request))
        {
            response.StatusCode = authorized ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            return;
        }

        if (request.Query.ContainsKey(TokenName)) // the page's own requests then need no address with a token
            response.Cookies.Append(TokenName, token ?? "", new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict });
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        await next(context).ConfigureAwait(false);
    }

    private static bool IsOwnName(string host)
        => host is "localhost" or "127.0.0.1" or "[::1]" || host.StartsWith("127.", StringComparison.Ordinal);

    private static bool IsSameSite(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        if (origin is null) return true;
        if (origin == "null") return request.Method == HttpMethods.Get;
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Authority == request.Host.Value;
    }

    private static bool Matches(string token, HttpRequest request)
    {
        string given = request.Query[TokenName].FirstOrDefault() ?? request.Cookies[TokenName] ?? Bearer(request) ?? "";
        return CryptographicOperations.FixedTimeEquals(Hash(given), Hash(token));
    }

    private static string? Bearer(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.Ordinal) ? header[Scheme.Length..] : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
