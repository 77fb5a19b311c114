using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>What must hold for a server's head before it is passed on; the HTTP handler is more lenient than is safe for a gateway.</summary>
internal static class ServerAnswer
{
    /// <summary>A 101 must name the protocol that was asked for.</summary>
    /// <exception cref="UnusableAnswerException">It does not, or nothing was asked for.</exception>
    public static void CheckSwitch(HttpHeadersNonValidated headers, string? asked)
    {
        if (asked is null || !headers.TryGetValues(HeaderNames.Upgrade, out var given)
            || !given.ToString().Equals(asked, StringComparison.OrdinalIgnoreCase))
        {
            throw new UnusableAnswerException("the server switches to a protocol that was not asked for");
        }
    }

    /// <summary>Only <c>chunked</c> is a transfer coding of answers (RFC 9112 §7; Go).</summary>
    /// <exception cref="UnusableAnswerException">Another coding.</exception>
    public static void CheckTransferEncoding(HeaderStringValues values)
    {
        if (!values.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new UnusableAnswerException("the server's answer has an unknown transfer coding");
        }
    }

    /// <summary>The length; equal repetitions count as one (RFC 9110 §8.6).</summary>
    /// <exception cref="UnusableAnswerException">Not a number, or several that differ.</exception>
    public static long CheckLength(HeaderStringValues values)
    {
        var length = -1L;
        foreach (var value in values)
        {
            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || (length >= 0 && parsed != length))
            {
                throw new UnusableAnswerException("the server's answer has no usable Content-Length");
            }

            length = parsed;
        }

        return length;
    }
}
