using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Reason phrases as Go's net/http writes them; that is what clients of Traefik see.</summary>
internal static class GoReasonPhrase
{
    /// <summary>The phrase; null where the HTTP engine's own is the same.</summary>
    public static string? For(int status) => status switch
    {
        203 => "Non-Authoritative Information",
        208 => "Already Reported",
        302 => "Found",
        413 => "Request Entity Too Large",
        414 => "Request URI Too Long",
        416 => "Requested Range Not Satisfiable",
        418 => "I'm a teapot",
        425 => "Too Early",
        505 => "HTTP Version Not Supported",
        _ when ReasonPhrases.GetReasonPhrase(status) is not { Length: > 0 } || status is 306 or 419 or 499 =>
            string.Create(CultureInfo.InvariantCulture, $"status code {status}"),
        _ => null,
    };
}
