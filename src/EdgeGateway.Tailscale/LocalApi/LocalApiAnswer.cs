using System.Net;

namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>
/// Turns an answer that is not 200 into a typed error. Nearly every failure of tailscaled is a 500 with a plain text, so the text
/// decides; the texts are those of tailscaled 1.98 to 1.102 (recorded in <c>tests/corpus/recordings/tailscale</c>).
/// </summary>
internal static class LocalApiAnswer
{
    private const int LongestText = 600;

    public static LocalApiException ToError(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var text = OneLine(body);
        return new LocalApiException(Classify(status, text), text.Length == 0 ? $"status {(int)status}" : text, (int)status, retryAfter);
    }

    private static LocalApiFault Classify(HttpStatusCode status, string text) => status switch
    {
        HttpStatusCode.TooManyRequests => LocalApiFault.RateLimited,
        HttpStatusCode.Unauthorized => LocalApiFault.CertificateDenied,
        HttpStatusCode.Forbidden when text.Contains("access denied", StringComparison.Ordinal) => LocalApiFault.CertificateDenied,
        HttpStatusCode.ServiceUnavailable when text.StartsWith("no netmap", StringComparison.Ordinal) => LocalApiFault.NoNetmap,
        >= HttpStatusCode.InternalServerError => ClassifyText(text),
        _ => LocalApiFault.InvalidRequest,
    };

    private static LocalApiFault ClassifyText(string text)
    {
        if (text.StartsWith("no netmap", StringComparison.Ordinal))
        {
            return LocalApiFault.NoNetmap;
        }

        if (text.Contains("does not support getting TLS certs", StringComparison.Ordinal))
        {
            return LocalApiFault.HttpsDisabled;
        }

        if (text.Contains("wildcard certificates are not enabled", StringComparison.Ordinal))
        {
            return LocalApiFault.WildcardDisabled;
        }

        if (text.StartsWith("invalid domain", StringComparison.Ordinal) || text.StartsWith("missing domain", StringComparison.Ordinal))
        {
            return LocalApiFault.UnknownName;
        }

        if (text.Contains("TailscaleVarRoot", StringComparison.Ordinal)
            || text.Contains("not compiled in this build", StringComparison.Ordinal)
            || text.Contains("read-only mode", StringComparison.Ordinal))
        {
            return LocalApiFault.DaemonSetup;
        }

        // 1.98 answers the authority's rate limit as a 500 with the problem type in its text.
        return text.Contains("acme:error:rateLimited", StringComparison.Ordinal) ? LocalApiFault.RateLimited : LocalApiFault.Transient;
    }

    // Log lines and status pages show it: no control characters, bounded.
    private static string OneLine(string body)
    {
        var text = body.AsSpan().Trim();
        if (text.Length > LongestText)
        {
            text = text[..LongestText];
        }

        return string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        });
    }
}
