using System.Text;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// Names of response headers as one string each: the usual ones cost no allocation, and the HTTP engine finds its own slot for them
/// by reference. Only the usual spelling is taken from here, any other is passed on as the server wrote it.
/// </summary>
internal static class KnownHeaderNames
{
    private static readonly string[] All =
    [
        HeaderNames.Age, HeaderNames.Vary, HeaderNames.ETag, HeaderNames.Date, HeaderNames.Link, "Via", HeaderNames.Allow, HeaderNames.Server,
        HeaderNames.Pragma, HeaderNames.Expires, HeaderNames.Trailer, HeaderNames.Upgrade, HeaderNames.Location, HeaderNames.AltSvc,
        HeaderNames.SetCookie, HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.RetryAfter, HeaderNames.ContentType,
        HeaderNames.AcceptRanges, HeaderNames.CacheControl, HeaderNames.LastModified, HeaderNames.ContentRange, HeaderNames.ContentLength,
        HeaderNames.XPoweredBy, HeaderNames.ContentEncoding, HeaderNames.ContentLanguage, HeaderNames.WWWAuthenticate, HeaderNames.XFrameOptions,
        HeaderNames.XXSSProtection, HeaderNames.XContentTypeOptions, HeaderNames.TransferEncoding, HeaderNames.ContentDisposition,
        HeaderNames.ContentSecurityPolicy, HeaderNames.StrictTransportSecurity, HeaderNames.AccessControlAllowOrigin,
        HeaderNames.AccessControlAllowCredentials, HeaderNames.SecWebSocketAccept, HeaderNames.SecWebSocketProtocol,
        HeaderNames.SecWebSocketExtensions, "X-Request-Id", "Referrer-Policy",
    ];

    private static readonly Entry[][] ByLength = Index();

    /// <summary>The shared string of that spelling, or null.</summary>
    public static string? Find(ReadOnlySpan<byte> name)
    {
        if ((uint)name.Length < (uint)ByLength.Length)
        {
            foreach (var entry in ByLength[name.Length])
            {
                if (name.SequenceEqual(entry.Bytes))
                {
                    return entry.Name;
                }
            }
        }

        return null;
    }

    private static Entry[][] Index()
    {
        // Servers write lower case, too; those names are shared as well.
        var entries = All.Concat(All.Select(static name => name.ToLowerInvariant())).Distinct(StringComparer.Ordinal)
            .Select(static name => new Entry(name, Encoding.ASCII.GetBytes(name))).ToLookup(static entry => entry.Name.Length);
        return [.. Enumerable.Range(0, All.Max(static name => name.Length) + 1).Select(length => entries[length].ToArray())];
    }

    private readonly record struct Entry(string Name, byte[] Bytes);
}
