using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// A set of addresses and networks. IPv4-mapped addresses equal their IPv4 form, host bits of a network are ignored, a zone is ignored,
/// <c>::/0</c> holds no IPv4 address (data: ipStrategy.json). Looked up without allocating, by bisecting merged ranges.
/// </summary>
internal sealed class NetworkSet
{
    private readonly (UInt128 First, UInt128 Last)[] _v4;
    private readonly (UInt128 First, UInt128 Last)[] _v6;

    private NetworkSet(List<(UInt128, UInt128)> v4, List<(UInt128, UInt128)> v6)
    {
        _v4 = Merge(v4);
        _v6 = Merge(v6);
    }

    /// <summary>Reads addresses and CIDR networks.</summary>
    /// <param name="entries">At least one.</param>
    /// <param name="set">The set; null on an error.</param>
    /// <param name="error">Traefik's text; null when all is well.</param>
    public static bool TryParse(ReadOnlySpan<string> entries, [NotNullWhen(true)] out NetworkSet? set, [NotNullWhen(false)] out string? error)
    {
        set = null;
        if (entries.IsEmpty)
        {
            error = "no trusted IPs provided";
            return false;
        }

        List<(UInt128, UInt128)> v4 = [];
        List<(UInt128, UInt128)> v6 = [];
        foreach (var entry in entries)
        {
            var slash = entry.IndexOf('/', StringComparison.Ordinal);
            var text = slash < 0 ? entry : entry[..slash];
            if (!TryParseAddress(text, out var address) || address.ScopeIdOrZero() != 0)
            {
                error = $"parsing CIDR trusted IPs <nil>: invalid CIDR address: {entry}";
                return false;
            }

            var value = Value(address, out var isV4);
            var bits = isV4 ? 32 : 128;
            var prefix = bits;
            if (slash >= 0 && (!TryPrefix(entry.AsSpan(slash + 1), out prefix) || prefix > bits))
            {
                error = $"parsing CIDR trusted IPs <nil>: invalid CIDR address: {entry}";
                return false;
            }

            var size = bits - prefix;
            var mask = size == 128 ? UInt128.MaxValue : (UInt128.One << size) - 1;
            (isV4 ? v4 : v6).Add((value & ~mask, value | mask));
        }

        error = null;
        set = new NetworkSet(v4, v6);
        return true;
    }

    /// <summary>True when the address is in the set.</summary>
    public bool Contains(IPAddress address)
    {
        var value = Value(address, out var isV4);
        var ranges = isV4 ? _v4 : _v6;
        int low = 0, high = ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (value < ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (value > ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads an address as Go does: IPv4 only as four decimal numbers without leading zeros.</summary>
    public static bool TryParseAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.IndexOf(':') < 0)
        {
            var parts = 0;
            foreach (var range in text.Split('.'))
            {
                var part = text[range];
                if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0') || part.IndexOfAnyExceptInRange('0', '9') >= 0)
                {
                    return false;
                }

                parts++;
            }

            if (parts != 4)
            {
                return false;
            }
        }
        else if (text.IndexOfAny('[', ']') >= 0)
        {
            return false;
        }

        return IPAddress.TryParse(text, out address);
    }

    private static bool TryPrefix(ReadOnlySpan<char> text, out int prefix) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix);

    private static UInt128 Value(IPAddress address, out bool isV4)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        if (count == 4)
        {
            isV4 = true;
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        isV4 = address.IsIPv4MappedToIPv6;
        return isV4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static (UInt128 First, UInt128 Last)[] Merge(List<(UInt128 First, UInt128 Last)> ranges)
    {
        ranges.Sort();
        List<(UInt128 First, UInt128 Last)> merged = [];
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, UInt128.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return [.. merged];
    }
}

/// <summary>Zones of addresses.</summary>
file static class AddressZone
{
    public static long ScopeIdOrZero(this IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
