namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>
/// Where tailscaled listens. <c>TS_SOCKET</c> wins, unchecked, as in the client library that Traefik uses; else the first known
/// place that exists, looked up again at every connection because tailscaled may start after us.
/// </summary>
internal static class LocalApiSocket
{
    /// <summary>Environment variable that names the socket.</summary>
    public const string Variable = "TS_SOCKET";

    // Tailscale's paths/paths.go (Linux, gokrazy, Synology, plan9, macOS daemon) and cmd/containerboot (temp folder).
    private static readonly string[] KnownPlaces =
    [
        "/var/run/tailscale/tailscaled.sock",
        "/run/tailscale/tailscaled.sock",
        "/perm/tailscaled/tailscaled.sock",
        "/var/packages/Tailscale/var/tailscaled.sock",
        "/var/packages/Tailscale/etc/tailscaled.sock",
        "/srv/tailscaled.sock",
        "/var/run/tailscaled.socket",
        "/tmp/tailscaled.sock",
    ];

    /// <summary>The path to connect to now; the standard one when none exists, so that messages name it.</summary>
    public static string Locate(string? configured, Func<string, bool> exists)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return configured;
        }

        foreach (var place in KnownPlaces)
        {
            if (exists(place))
            {
                return place;
            }
        }

        return KnownPlaces[0];
    }
}
