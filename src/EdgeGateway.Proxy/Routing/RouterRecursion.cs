namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Stops a router with a default rule from calling itself through its own server (dynamic-config §6.8): the header names the router
/// that a request came through, as the hexadecimal FNV-1 hash of its name.
/// </summary>
internal static class RouterRecursion
{
    /// <summary>Header of Traefik; kept, so that a mixed pair of gateways stops too.</summary>
    public const string HeaderName = "X-Traefik-Router";

    /// <summary>The header value for a router.</summary>
    public static string Token(string qualifiedName) => FowlerNollVo.Hex(qualifiedName);
}
