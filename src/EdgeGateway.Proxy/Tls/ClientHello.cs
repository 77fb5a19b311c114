using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EdgeGateway.Proxy.Tls;

/// <summary>Server name and application protocols of a ClientHello (RFC 8446 §4.1.2, RFC 6066 §3, RFC 7301 §3.1).</summary>
/// <param name="ServerName">Lower case, without a trailing dot; null if absent or an IP address.</param>
/// <param name="Protocols">ALPN names in the client's order; empty if absent.</param>
internal readonly record struct ClientHello(string? ServerName, string[] Protocols)
{
    /// <summary>Handshake message limit: what a hello may span in records before it is given up (design, dotnet §3.3).</summary>
    public const int MaxSize = 64 * 1024;

    private const int RecordHeader = 5;
    private const int HandshakeHeader = 4;
    private const byte HandshakeRecord = 0x16;
    private const byte ClientHelloMessage = 1;
    private const int MaxRecord = 16384; // RFC 8446 §5.1
    private const ushort ServerNameExtension = 0;
    private const ushort AlpnExtension = 16;

    /// <summary>Reads <paramref name="bytes"/>, the first bytes of a connection: TLS records, complete or not.</summary>
    public static ClientHelloStatus Read(ReadOnlySpan<byte> bytes, out ClientHello hello)
    {
        hello = new ClientHello(null, []);
        var first = NextRecord(bytes, out var fragment);
        if (first != ClientHelloStatus.Complete)
        {
            return first;
        }

        if (fragment.Length >= HandshakeHeader && fragment.Length >= HandshakeHeader + MessageLength(fragment))
        {
            return Parse(fragment, ref hello);
        }

        // Spread over records: gather the fragments.
        var message = ArrayPool<byte>.Shared.Rent(Math.Min(bytes.Length, MaxSize + MaxRecord));
        try
        {
            var length = 0;
            while (true)
            {
                if (length + fragment.Length > MaxSize + HandshakeHeader || fragment.IsEmpty)
                {
                    return ClientHelloStatus.Malformed;
                }

                fragment.CopyTo(message.AsSpan(length));
                length += fragment.Length;
                var gathered = message.AsSpan(0, length);
                if (gathered[0] != ClientHelloMessage || (length >= HandshakeHeader && MessageLength(gathered) > MaxSize))
                {
                    return ClientHelloStatus.Malformed;
                }

                if (length >= HandshakeHeader && length >= HandshakeHeader + MessageLength(gathered))
                {
                    return Parse(gathered, ref hello);
                }

                bytes = bytes[(RecordHeader + fragment.Length)..];
                var next = NextRecord(bytes, out fragment);
                if (next != ClientHelloStatus.Complete)
                {
                    return next;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private static int MessageLength(ReadOnlySpan<byte> message) => (message[1] << 16) | (message[2] << 8) | message[3];

    private static ClientHelloStatus NextRecord(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> fragment)
    {
        fragment = default;
        if ((bytes.Length > 0 && bytes[0] != HandshakeRecord) || (bytes.Length > 1 && bytes[1] != 3))
        {
            return ClientHelloStatus.Malformed;
        }

        if (bytes.Length < RecordHeader)
        {
            return ClientHelloStatus.Incomplete;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (length is 0 or > MaxRecord)
        {
            return ClientHelloStatus.Malformed;
        }

        if (bytes.Length < RecordHeader + length)
        {
            return ClientHelloStatus.Incomplete;
        }

        fragment = bytes.Slice(RecordHeader, length);
        return ClientHelloStatus.Complete;
    }

    private static ClientHelloStatus Parse(ReadOnlySpan<byte> message, ref ClientHello hello)
    {
        if (message[0] != ClientHelloMessage)
        {
            return ClientHelloStatus.Malformed;
        }

        // version 2, random 32, then session ID, cipher suites, compression methods, extensions
        var rest = message.Slice(HandshakeHeader, MessageLength(message));
        if (rest.Length < 34)
        {
            return ClientHelloStatus.Malformed;
        }

        rest = rest[34..];
        if (!Take8(ref rest, out _) || !Take16(ref rest, out _) || !Take8(ref rest, out _))
        {
            return ClientHelloStatus.Malformed;
        }

        if (rest.IsEmpty)
        {
            return ClientHelloStatus.Complete; // TLS 1.2 without extensions
        }

        if (!Take16(ref rest, out var extensions) || !rest.IsEmpty)
        {
            return ClientHelloStatus.Malformed;
        }

        string? name = null;
        string[] protocols = [];
        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 2)
            {
                return ClientHelloStatus.Malformed;
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!Take16(ref extensions, out var body)
                || (type == ServerNameExtension && !ReadServerName(body, out name))
                || (type == AlpnExtension && !ReadProtocols(body, out protocols)))
            {
                return ClientHelloStatus.Malformed;
            }
        }

        hello = new ClientHello(name, protocols);
        return ClientHelloStatus.Complete;
    }

    private static bool ReadServerName(ReadOnlySpan<byte> body, out string? name)
    {
        name = null;
        if (!Take16(ref body, out var list) || !body.IsEmpty)
        {
            return false;
        }

        while (!list.IsEmpty)
        {
            var type = list[0];
            list = list[1..];
            if (!Take16(ref list, out var value))
            {
                return false;
            }

            if (type == 0 && name is null)
            {
                if (value.IsEmpty || !Ascii.IsValid(value) || value.Contains((byte)0))
                {
                    return false;
                }

                name = HelloTexts.Name(value);
            }
        }

        return true;
    }

    private static bool ReadProtocols(ReadOnlySpan<byte> body, out string[] protocols)
    {
        protocols = [];
        if (!Take16(ref body, out var list) || !body.IsEmpty || !HelloTexts.TryProtocols(list, out var known))
        {
            return false;
        }

        protocols = known;
        return true;
    }

    private static bool Take8(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> value) =>
        Take(ref bytes, 1, bytes.Length < 1 ? 0 : bytes[0], out value);

    private static bool Take16(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> value) =>
        Take(ref bytes, 2, bytes.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes), out value);

    private static bool Take(ref ReadOnlySpan<byte> bytes, int prefix, int length, out ReadOnlySpan<byte> value)
    {
        if (bytes.Length < prefix + length)
        {
            value = default;
            return false;
        }

        value = bytes.Slice(prefix, length);
        bytes = bytes[(prefix + length)..];
        return true;
    }
}
