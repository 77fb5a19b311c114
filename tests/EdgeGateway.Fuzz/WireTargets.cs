using System.Net;
using System.Text;
using EdgeGateway.Proxy.EntryPoints.ProxyProtocol;
using EdgeGateway.Proxy.Tests.Tls;
using EdgeGateway.Proxy.Tls;

namespace EdgeGateway.Fuzz;

/// <summary>
/// The parsers of a connection's first bytes. Inputs are bytes, each a character of Latin 1. Beside exceptions it is a finding when a
/// header that is whole was malformed before its last byte came, when more is taken than there is, or when two readings differ.
/// </summary>
internal static class WireTargets
{
    /// <summary>Recorded hellos, whole and spread over records.</summary>
    public static IReadOnlyList<string> Hellos { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Corpus.Folder, "recordings", "clienthello"), "*.json").Order(StringComparer.Ordinal)
            .Select(static file => Convert.FromHexString(Corpus.Json(file).GetProperty("hex").GetString()!))
            .SelectMany(static hello => (byte[][])[hello, Spread(hello.AsSpan(5), 90)]).Select(Encoding.Latin1.GetString),
    ];

    /// <summary>Pieces of hellos: records, lengths, extensions.</summary>
    public static IReadOnlyList<string> HelloTokens { get; } =
    [
        "\x16\x03\x01", "\x16\x03\x03\0\x10", "\x01\0\0\x40", "\x03\x03", "\0\0", "\0\x10", "\0\x0e\0\x0c\0\0\x09localhost", "\0\x03\x02h2", "\x08http/1.1",
        "\xff\xff", "\0\x01", "\x0a\x0a\0\0", "\xfe\x0d", "\0\x05\0\x03\x02h2", "127.0.0.1", "\x15\x03\x01\0\x02\x02\x28",
    ];

    /// <summary>Headers of both versions.</summary>
    public static IReadOnlyList<string> ProxyHeaders { get; } =
    [
        "PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nGET / HTTP/1.1\r\n", "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n\x16\x03\x01", "PROXY UNKNOWN\r\nx",
        "PROXY UNKNOWN ffff:f:f:f:f:f:f:f 10.0.0.1 1 2\r\n",
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\x01\x02\x03\x0a\x09\x09\x09\x10\xe1\x01\xbbx",
        "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24" + new string('\x20', 36) + "x",
        "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0x", "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1d\x0a\x01\x02\x03\x0a\x09\x09\x09\x10\xe1\x01\xbb\x02\0\u0003abc\x04\0\x01\0\x05\0\x01x\x01\0\x00yy",
        .. ((int[])[1, 2]).SelectMany(static version => (IPEndPoint[])[new(IPAddress.Parse("192.0.2.7"), 5), new(IPAddress.IPv6Loopback, 6)],
            static (version, address) => Encoding.Latin1.GetString(ProxyHeaderWriter.Write(version, address, address)) + "rest"),
    ];

    /// <summary>Pieces of headers.</summary>
    public static IReadOnlyList<string> ProxyTokens { get; } =
    [
        "PROXY", " TCP4", " TCP6", " UNKNOWN", "\r\n", "\r", " ", "255.255.255.255", "::ffff:1.2.3.4", "65535", "65536", "00", "\r\n\r\n\0\r\nQUIT\n", "\x21", "\x20", "\x11", "\x31",
        "\0\x0c", "\xff\xff", "\x03\0\x04\0\0\0\0", "\x20\0\x05\x01\0\0\0\0",
    ];

    public static bool ReadsHello(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (ClientHello.Read(bytes, out var hello) != ClientHelloStatus.Complete)
        {
            return false;
        }

        Require(ClientHello.Read(bytes, out var again) == ClientHelloStatus.Complete && again.ServerName == hello.ServerName
            && again.Protocols.AsSpan().SequenceEqual(hello.Protocols), "two readings of one hello differ");
        Require(hello.ServerName is null || (hello.ServerName.Length > 0 && !hello.ServerName.Any(char.IsAsciiLetterUpper)), "a name is not as it is compared");
        for (var part = 1; part < 8; part++)
        {
            Require(ClientHello.Read(bytes.AsSpan(0, bytes.Length * part / 8), out _) != ClientHelloStatus.Malformed, "a whole hello was malformed while it came");
        }

        return true;
    }

    public static bool ReadsProxyHeader(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var status = ProxyHeader.Read(bytes, out var header);
        if (status is ProxyHeaderStatus.Absent or ProxyHeaderStatus.Malformed or ProxyHeaderStatus.Incomplete)
        {
            return false;
        }

        Require(header.Length > 0 && header.Length <= bytes.Length, $"a header of {header.Length} bytes in {bytes.Length}");
        Require(header.Source is null == header.Destination is null, "one address without the other");
        Require(ProxyHeader.Read(bytes.AsSpan(0, header.Length), out var alone) == status && alone.Equals(header), "what follows a header changes it");
        for (var part = 0; part < 8; part++)
        {
            Require(ProxyHeader.Read(bytes.AsSpan(0, header.Length * part / 8), out _) is ProxyHeaderStatus.Incomplete, "a whole header was something else while it came");
        }

        return true;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static byte[] Spread(ReadOnlySpan<byte> message, int size)
    {
        var all = new List<byte>();
        while (!message.IsEmpty)
        {
            var length = Math.Min(size, message.Length);
            all.AddRange([0x16, 3, 1, (byte)(length >> 8), (byte)length]);
            all.AddRange(message[..length]);
            message = message[length..];
        }

        return [.. all];
    }
}
