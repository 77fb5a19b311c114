using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EdgeGateway.Rules.Addresses;

/// <summary>
/// One IP address or CIDR network, read as strictly as Go reads them (no <c>10.1</c>, no <c>0x7f.0.0.1</c>, no zone). IPv4-mapped
/// IPv6 is IPv4; beyond that a range holds addresses of its own family only. Host bits are ignored, zones of tested addresses too.
/// </summary>
internal sealed class AddressRange
{
    private const int MappedPrefix = 96;

    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly bool _isIPv4;
    private readonly UInt128 _network;
    private readonly UInt128 _mask;

    private AddressRange(bool isIPv4, UInt128 address, UInt128 mask)
    {
        _isIPv4 = isIPv4;
        _mask = mask;
        _network = address & mask;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressRange? range)
    {
        range = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        if (!TryParseAddress(address, out var bits, out var writtenAsIPv4))
        {
            return false;
        }

        var length = writtenAsIPv4 ? 32 : 128;
        var prefix = length;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > length))
        {
            return false;
        }

        // All arithmetic is on 128 bits; IPv4 lives in its mapped form.
        prefix += writtenAsIPv4 ? MappedPrefix : 0;
        var mask = prefix == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - prefix);
        range = new AddressRange(IsMapped(bits & mask), bits, mask);
        return true;
    }

    /// <summary>Whether the address is in the range. Allocates nothing.</summary>
    public bool Contains(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var written))
        {
            return false;
        }

        var bits = written == 4
            ? MappedIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return IsMapped(bits) == _isIPv4 && (bits & _mask) == _network;
    }

    private static bool TryParseAddress(string text, out UInt128 bits, out bool writtenAsIPv4)
    {
        writtenAsIPv4 = !text.Contains(':', StringComparison.Ordinal);
        bits = default;
        if (writtenAsIPv4)
        {
            if (!TryParseIPv4(text, out var value))
            {
                return false;
            }

            bits = MappedIPv4(value);
            return true;
        }

        // .NET takes zones, brackets and prefixes here; Go does not.
        if (text.AsSpan().ContainsAnyExcept(IPv6Characters)
            || (text.Contains('.', StringComparison.Ordinal) && !TryParseIPv4(text[(text.LastIndexOf(':') + 1)..], out _))
            || !IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    private static bool TryParseIPv4(string text, out uint value)
    {
        value = 0;
        var parts = text.Split('.');
        foreach (var part in parts)
        {
            if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var octet))
            {
                return false;
            }

            value = value << 8 | octet;
        }

        return parts.Length == 4;
    }

    private static UInt128 MappedIPv4(uint value) => new(0, 0xFFFF_0000_0000UL | value);

    private static bool IsMapped(UInt128 bits) => bits >> 32 == 0xFFFF;
}
