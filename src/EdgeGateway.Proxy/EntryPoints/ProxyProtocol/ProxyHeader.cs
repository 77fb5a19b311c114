using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace EdgeGateway.Proxy.EntryPoints.ProxyProtocol;

/// <summary>
/// A PROXY header, version 1 or 2 (the HAProxy specification, sections 2.1 and 2.2). Without addresses for <c>UNKNOWN</c>,
/// <c>LOCAL</c> and families other than TCP over IP: then the socket's own count.
/// </summary>
/// <param name="Source">Who called the proxy; null = not said.</param>
/// <param name="Destination">Whom it called; null = not said.</param>
/// <param name="Length">Bytes that the header takes.</param>
internal readonly record struct ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination, int Length)
{
    private const int LongestV1 = 107; // section 2.1, CRLF included
    private const int HeadV2 = 16;
    private const byte ChecksumType = 0x03; // PP2_TYPE_CRC32C

    private static ReadOnlySpan<byte> SignatureV1 => "PROXY"u8;

    private static ReadOnlySpan<byte> SignatureV2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header at the beginning of <paramref name="bytes"/>, complete or not.</summary>
    public static ProxyHeaderStatus Read(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        if (Begins(bytes, SignatureV1, out var whole))
        {
            return whole ? ReadV1(bytes, out header) : ProxyHeaderStatus.Incomplete;
        }

        if (Begins(bytes, SignatureV2, out whole))
        {
            return whole ? ReadV2(bytes, out header) : ProxyHeaderStatus.Incomplete;
        }

        return ProxyHeaderStatus.Absent;
    }

    // As far as there are bytes.
    private static bool Begins(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature, out bool whole)
    {
        whole = bytes.Length >= signature.Length;
        var length = Math.Min(bytes.Length, signature.Length);
        return bytes[..length].SequenceEqual(signature[..length]);
    }

    private static ProxyHeaderStatus ReadV1(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        var end = bytes[..Math.Min(bytes.Length, LongestV1)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length >= LongestV1 ? ProxyHeaderStatus.Malformed : ProxyHeaderStatus.Incomplete;
        }

        var length = end + 2;
        var line = bytes[SignatureV1.Length..end];
        if (!Ascii.IsValid(line))
        {
            return ProxyHeaderStatus.Malformed;
        }

        // " UNKNOWN" and whatever follows it, or exactly family, two addresses, two ports.
        if (line.SequenceEqual(" UNKNOWN"u8) || line.StartsWith(" UNKNOWN "u8))
        {
            header = new(null, null, length);
            return ProxyHeaderStatus.Complete;
        }

        var parts = Encoding.ASCII.GetString(line).Split(' ');
        if (parts is not ["", "TCP4" or "TCP6", _, _, _, _]
            || !Address(parts[2], parts[1] == "TCP6", out var source) || !Address(parts[3], parts[1] == "TCP6", out var destination)
            || !Port(parts[4], out var sourcePort) || !Port(parts[5], out var destinationPort))
        {
            return ProxyHeaderStatus.Malformed;
        }

        header = new(new(source, sourcePort), new(destination, destinationPort), length);
        return ProxyHeaderStatus.Complete;
    }

    private static bool Address(string text, bool v6, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':', StringComparison.Ordinal) != v6 || !Routing.NetworkSet.TryParseAddress(text, out var parsed))
        {
            return false;
        }

        address = Unmapped(parsed);
        return true;
    }

    private static bool Port(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && (text.Length == 1 || text[0] != '0');

    private static ProxyHeaderStatus ReadV2(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        if (bytes.Length < HeadV2)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        var command = bytes[12];
        var family = bytes[13];
        var length = HeadV2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (command is not (0x20 or 0x21))
        {
            return ProxyHeaderStatus.Malformed; // version 2, LOCAL or PROXY
        }

        if (bytes.Length < length)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        var whole = bytes[..length];
        var body = whole[HeadV2..];
        var isLocal = command == 0x20;
        var addresses = (family >> 4) switch { 1 => 12, 2 => 36, 3 => 216, _ => 0 };
        if (isLocal && body.Length < addresses)
        {
            addresses = body.Length; // section 2.2: the receiver of LOCAL must ignore what stands there
        }

        if (body.Length < addresses || (addresses > 0 && !isLocal && !ChecksAdd(whole, HeadV2 + addresses)))
        {
            return ProxyHeaderStatus.Malformed;
        }

        header = isLocal ? new(null, null, length) : family switch
        {
            0x11 => new(EndPoint(body[..4], body[8..]), EndPoint(body[4..8], body[10..]), length),
            0x21 => new(EndPoint(body[..16], body[32..]), EndPoint(body[16..32], body[34..]), length),
            _ => new(null, null, length),
        };
        return ProxyHeaderStatus.Complete;
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) =>
        new(Unmapped(new IPAddress(address)), BinaryPrimitives.ReadUInt16BigEndian(port));

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The TLVs fill the rest exactly, and a checksum among them is right.</summary>
    private static bool ChecksAdd(ReadOnlySpan<byte> header, int at)
    {
        while (at < header.Length)
        {
            if (header.Length - at < 3)
            {
                return false;
            }

            var type = header[at];
            int length = BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]);
            var value = at + 3;
            if (header.Length - value < length)
            {
                return false;
            }

            if (type == ChecksumType
                && (length != 4 || BinaryPrimitives.ReadUInt32BigEndian(header[value..]) != Checksum(header, value)))
            {
                return false;
            }

            at = value + length;
        }

        return true;
    }

    // CRC-32C over the header with its own four bytes as zeros.
    private static uint Checksum(ReadOnlySpan<byte> header, int own)
    {
        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, i >= own && i < own + 4 ? (byte)0 : header[i]);
        }

        return ~crc;
    }
}
