using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Reason phrases as Go's net/http writes them; that is what clients of Traefik see.</summary>
internal static class GoReasonPhrase
{
    // One look-up per answer; null where the HTTP engine's own phrase is the same.
    private static readonly string?[] Phrases = [.. Enumerable.Range(0, 1000).Select(Make)];

    /// <summary>The phrase; null where the HTTP engine's own is the same.</summary>
    public static string? For(int status) => (uint)status < (uint)Phrases.Length ? Phrases[status] : null;

    private static string? Make(int status)
    {
        var own = ReasonPhrases.GetReasonPhrase(status);
        var phrase = status switch
        {
            103 => "Early Hints",
            203 => "Non-Authoritative Information",
            208 => "Already Reported",
            413 => "Request Entity Too Large",
            414 => "Request URI Too Long",
            416 => "Requested Range Not Satisfiable",
            418 => "I'm a teapot",
            425 => "Too Early",
            505 => "HTTP Version Not Supported",

            // Known to the HTTP engine, not to Go.
            306 or 419 or 499 => "",
            _ => own,
        };
        phrase = phrase.Length > 0 ? phrase : string.Create(CultureInfo.InvariantCulture, $"status code {status}");
        return phrase == own ? null : phrase;
    }
}
