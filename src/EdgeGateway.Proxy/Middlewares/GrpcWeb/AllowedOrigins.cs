using System.Collections.Frozen;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.GrpcWeb;

/// <summary>
/// The cross-origin side of <c>grpcWeb</c>: credentials are always allowed, any request header, and GET, POST and HEAD, for the origins of
/// <c>allowOrigins</c>; an answer to others has no such headers, and the browser keeps it from the page.
/// </summary>
internal sealed class AllowedOrigins(ConfigList<string> origins)
{
    private static readonly string[] PreflightVary = ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"];

    private readonly bool _all = origins.Contains("*");
    private readonly FrozenSet<string> _origins = origins.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True for a browser's question whether it may send a gRPC-Web request.</summary>
    public static bool IsPreflight(HttpRequest request) => request.Method == "OPTIONS" && request.Headers.AccessControlRequestMethod.ToString().Length > 0
        && request.Headers.AccessControlRequestHeaders.ToString().Contains("x-grpc-web", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the head of the answer to a preflight.</summary>
    public void WritePreflight(IHeaderDictionary request, IHeaderDictionary answer)
    {
        answer.Vary = PreflightVary;
        var method = request.AccessControlRequestMethod.ToString().ToUpperInvariant();
        if (method is not ("GET" or "POST" or "HEAD" or "OPTIONS") || !Allows(request.Origin, out var origin))
        {
            return;
        }

        answer.AccessControlAllowOrigin = origin;
        answer.AccessControlAllowMethods = method;
        answer.AccessControlAllowHeaders = Names(request.AccessControlRequestHeaders.ToString());
        answer.AccessControlAllowCredentials = "true";
        answer.AccessControlMaxAge = "600"; // seconds; the library's that Traefik uses
    }

    /// <summary>Adds to the head of any other answer. What the server says itself stays.</summary>
    public void Write(IHeaderDictionary request, IHeaderDictionary answer)
    {
        answer.Vary = StringValues.Concat("Origin", answer.Vary);
        if (!Allows(request.Origin, out var origin))
        {
            return;
        }

        if (answer.AccessControlAllowOrigin.Count == 0)
        {
            answer.AccessControlAllowOrigin = origin;
        }

        if (answer.AccessControlAllowCredentials.Count == 0)
        {
            answer.AccessControlAllowCredentials = "true";
        }
    }

    private bool Allows(StringValues values, out string origin)
    {
        origin = values.ToString();
        return origin.Length > 0 && (_all || _origins.Contains(origin));
    }

    // In the spelling of Go, whatever the browser's; what is no name is left out.
    private static string Names(string list)
    {
        var text = new StringBuilder(list.Length + 8);
        foreach (var range in list.AsSpan().Split(','))
        {
            var begins = true;
            var length = text.Length;
            foreach (var c in list.AsSpan(range))
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                {
                    continue;
                }

                if (text.Length == length && length > 0)
                {
                    text.Append(", ");
                }

                text.Append(begins ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
                begins = c is '-' or '_';
            }
        }

        return text.ToString();
    }
}
