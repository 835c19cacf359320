using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RealtimeSeg.Web;

/// <summary>
/// Decides who may see and steer. Without a token, only requests to a literal loopback address or <c>localhost</c> pass, whose names no
/// other site can take (DNS rebinding); with one, every request for more than the page's own files needs a session or the token as a
/// bearer header. What browsers mark as another site's is refused, and whatever has an effect must show that it comes from this page:
/// by Origin, Sec-Fetch-Site or the bearer token. A program such as curl says so itself, with the page's address as Origin: a request
/// that carries nothing could be a form of any site in an old browser. No request has a body.
/// </summary>
/// <param name="access">Null without a token.</param>
internal sealed class PageGuard(PageAccess? access)
{
    private const string SameOrigin = "same-origin", TypedByUser = "none", FetchSite = "Sec-Fetch-Site";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Protect(context.Response.Headers);
        if (Refuse(context) is not { } refusal)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = refusal.Status;
        if (refusal.Status == StatusCodes.Status413PayloadTooLarge) context.Response.Headers.Connection = "close";
        await context.Response.WriteAsync($"{refusal.Why}\n").ConfigureAwait(false);
    }

    private (int Status, string Why)? Refuse(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            return (StatusCodes.Status413PayloadTooLarge, "send no body");
        if (access is null && !IsOwnName(request.Host, context.Connection.LocalPort))
            return Forbidden("without --http-token the page is at 127.0.0.1, [::1] and localhost only, with its port");
        if (IsElsewhere(request)) return Forbidden("not from the pages of other sites: type or paste the address");
        bool hasBearer = false;
        if (access is not null && !PageFile.IsOne(request.Path))
        {
            int status = access.Check(context, out hasBearer);
            if (status != StatusCodes.Status200OK) return (status, "a program sends the header Authorization: Bearer TOKEN");
        }

        bool reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return reads || hasBearer || IsFromPage(request)
            ? null
            : Forbidden($"a command needs the header Origin: {OriginOf(request)}");
    }

    private static (int Status, string Why) Forbidden(string why) => (StatusCodes.Status403Forbidden, why);

    private static void Protect(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        headers["Cross-Origin-Opener-Policy"] = SameOrigin;
        headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>Whether a name can only be this machine's, and has the port that is served.</summary>
    private static bool IsOwnName(HostString host, int port)
    {
        const int PortOfHttp = 80;
        if ((host.Port ?? PortOfHttp) != port) return false;
        return host.Host == "localhost" || (IPAddress.TryParse(host.Host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Whether a browser says that another site asks. Also a page at another port of this machine is one.</summary>
    private static bool IsElsewhere(HttpRequest request)
    {
        string? site = request.Headers[FetchSite], origin = request.Headers.Origin;
        return site is not (null or SameOrigin or TypedByUser) || (origin is not null && origin != OriginOf(request));
    }

    private static bool IsFromPage(HttpRequest request)
        => request.Headers[FetchSite] == SameOrigin || request.Headers.Origin == OriginOf(request);

    private static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host.Value}";
}
