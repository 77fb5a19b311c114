using System.Net.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Headers of an answer that end at the gateway: RFC 9110 §7.6.1, with the list that Go's reverse proxy removes.</summary>
internal static class HopByHopHeaders
{
    /// <summary>True for a header that always ends here.</summary>
    public static bool Contains(string name) => name.Length switch
    {
        2 => Is(name, HeaderNames.TE),
        7 => Is(name, HeaderNames.Upgrade) || Is(name, HeaderNames.Trailer),
        10 => Is(name, HeaderNames.Connection) || Is(name, HeaderNames.KeepAlive),
        16 => Is(name, HeaderNames.ProxyConnection),
        17 => Is(name, HeaderNames.TransferEncoding),
        18 => Is(name, HeaderNames.ProxyAuthenticate),
        19 => Is(name, HeaderNames.ProxyAuthorization),
        _ => false,
    };

    /// <summary>True when the Connection header's lines name the header.</summary>
    public static bool IsNamed(HeaderStringValues connection, string name)
    {
        foreach (var line in connection)
        {
            foreach (var token in line.AsSpan().Split(','))
            {
                if (line.AsSpan(token).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);
}
