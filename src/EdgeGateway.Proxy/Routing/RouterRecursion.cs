using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Stops a router with a default rule from calling itself through its own server (dynamic-config §6.8): the header names the router
/// that a request came through, as the hexadecimal FNV-1 hash of its name.
/// </summary>
internal static class RouterRecursion
{
    /// <summary>Header of Traefik; kept, so that a mixed pair of gateways stops too.</summary>
    public const string HeaderName = "X-Traefik-Router";

    // FNV-1, 64 bits: offset basis and prime of the FNV reference.
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The header value for a router.</summary>
    public static string Token(string qualifiedName)
    {
        var hash = Offset;
        foreach (var b in Encoding.UTF8.GetBytes(qualifiedName))
        {
            hash = unchecked(hash * Prime) ^ b;
        }

        return hash.ToString("x", CultureInfo.InvariantCulture);
    }
}
