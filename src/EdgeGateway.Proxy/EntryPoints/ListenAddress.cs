using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>The address of an entry point: <c>[host]:port[/tcp|/udp]</c> (static-config §2.1).</summary>
public static class ListenAddress
{
    /// <summary>Reads an address; a host name is resolved.</summary>
    /// <returns>The end point; an empty host is the IPv6 wildcard, which takes IPv4 too.</returns>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    public static IPEndPoint Parse(string address)
    {
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        var text = slash < 0 ? address : address[..slash];
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new FormatException($"\"{address}\" is not an address of the form [host]:port");
        }

        var host = text[..colon];
        if (host.Length == 0)
        {
            return new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        }

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }

        if (IPAddress.TryParse(host, out var ip))
        {
            return new(ip, port);
        }

        var resolved = Dns.GetHostAddresses(host);
        return resolved.Length > 0 ? new(resolved[0], port) : throw new FormatException($"\"{host}\" has no address");
    }

    /// <summary>An end point with an IPv4-mapped address unwrapped.</summary>
    internal static IPEndPoint Unwrap(EndPoint? endPoint)
    {
        var ip = (IPEndPoint)endPoint!;
        return ip.Address.IsIPv4MappedToIPv6 ? new(ip.Address.MapToIPv4(), ip.Port) : ip;
    }
}
