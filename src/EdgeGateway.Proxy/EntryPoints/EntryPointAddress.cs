using System.Globalization;
using System.Net;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary><c>[host]:port[/tcp|/udp]</c> of an entry point.</summary>
/// <param name="Host">Empty for all addresses.</param>
/// <param name="Port">0 = chosen by the system.</param>
public sealed record EntryPointAddress(string Host, int Port)
{
    /// <summary>Reads an address; null or empty is <c>:0</c>, as in Traefik.</summary>
    /// <param name="text">As written.</param>
    /// <param name="protocol">The protocol that it must name, or none for <c>tcp</c>.</param>
    /// <exception cref="FormatException">Not an address, or of another protocol.</exception>
    public static EntryPointAddress Parse(string? text, string protocol = "tcp")
    {
        if (string.IsNullOrEmpty(text))
        {
            return new EntryPointAddress("", 0);
        }

        var address = text;
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            if (!address.AsSpan(slash + 1).Equals(protocol, StringComparison.OrdinalIgnoreCase))
            {
                throw new FormatException($"invalid protocol in address \"{text}\"");
            }

            address = address[..slash];
        }

        var colon = address.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > ushort.MaxValue)
        {
            throw new FormatException($"address \"{text}\" has no port between 0 and 65535");
        }

        var host = address[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException($"an IPv6 address in \"{text}\" needs brackets");
        }

        return new EntryPointAddress(host, port);
    }

    /// <summary>The addresses to listen on; for a name what it resolves to, IPv4 first as Go does.</summary>
    internal IReadOnlyList<IPAddress> Resolve() =>
        Host.Length == 0 ? [IPAddress.IPv6Any]
        : IPAddress.TryParse(Host, out var address) ? [address]
        : [.. Dns.GetHostAddresses(Host).OrderBy(static found => found.AddressFamily)];
}
