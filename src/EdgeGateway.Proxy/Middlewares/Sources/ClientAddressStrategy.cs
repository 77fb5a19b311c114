using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Middlewares.Sources;

/// <summary>Which address is the client's (<c>ipStrategy</c>; runtime-behaviour §2.14, data: ipStrategy.json).</summary>
internal sealed class ClientAddressStrategy
{
    private readonly int _depth;
    private readonly NetworkSet? _excluded;
    private readonly int? _ipv6Subnet;

    private ClientAddressStrategy(int depth, NetworkSet? excluded, int? ipv6Subnet)
    {
        _depth = depth;
        _excluded = excluded;
        _ipv6Subnet = ipv6Subnet;
    }

    /// <summary>Compiles a strategy. A depth wins over excluded addresses.</summary>
    /// <param name="config">What the user wrote.</param>
    /// <param name="strategy">The result; null on an error.</param>
    /// <param name="error">Traefik's text.</param>
    public static bool TryCreate(
        IPStrategyConfig config, [NotNullWhen(true)] out ClientAddressStrategy? strategy, [NotNullWhen(false)] out string? error)
    {
        strategy = null;
        NetworkSet? excluded = null;
        if (config.Depth <= 0 && config.ExcludedIPs.Count > 0)
        {
            if (!NetworkSet.TryParse(config.ExcludedIPs.AsSpan(), out excluded, out error))
            {
                return false;
            }
        }
        else if (config.Ipv6Subnet is <= 0 or > 128)
        {
            error = $"invalid IPv6 subnet {config.Ipv6Subnet} value, should be greater to 0 and lower or equal to 128";
            return false;
        }

        error = null;
        strategy = new ClientAddressStrategy(config.Depth, excluded, excluded is null ? config.Ipv6Subnet : null);
        return true;
    }

    /// <summary>The client's address as text; empty when the strategy finds none.</summary>
    public string AddressOf(GatewayContext context)
    {
        if (_depth <= 0 && _excluded is null)
        {
            return Cut(context.Connection.PeerAddressText);
        }

        var values = context.Http.Request.Headers[ForwardedHeaderNames.For];
        return FromForwarded(values.Count > 0 ? values[0] ?? "" : "");
    }

    /// <summary>The address that the strategy takes out of the first X-Forwarded-For line.</summary>
    internal string FromForwarded(string line)
    {
        var rest = line.AsSpan();
        for (var fromRight = 1; ; fromRight++)
        {
            var comma = rest.LastIndexOf(',');
            var entry = rest[(comma + 1)..].Trim();
            if (_depth > 0)
            {
                if (fromRight == _depth)
                {
                    return Cut(entry.ToString());
                }
            }
            else if (!entry.IsEmpty && !(TryAddress(entry, out var address) && _excluded!.Contains(address)))
            {
                return entry.ToString();
            }

            if (comma < 0)
            {
                return "";
            }

            rest = rest[..comma];
        }
    }

    /// <summary>An IPv6 address cut to the first of its subnet; everything else as it is.</summary>
    internal string Cut(string text)
    {
        if (_ipv6Subnet is not { } bits || !TryAddress(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return text;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        for (var i = 0; i < 16; i++)
        {
            var keep = Math.Clamp(bits - (8 * i), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - keep));
        }

        return new IPAddress(bytes).ToString();
    }

    // A zone is part of the text, not of the comparison.
    private static bool TryAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        var zone = text.IndexOf('%');
        return NetworkSet.TryParseAddress(zone < 0 ? text : text[..zone], out address);
    }
}
