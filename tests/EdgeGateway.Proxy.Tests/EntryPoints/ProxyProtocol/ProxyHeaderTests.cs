using System.Net;
using System.Text;
using EdgeGateway.Proxy.EntryPoints.ProxyProtocol;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints.ProxyProtocol;

public sealed class ProxyHeaderTests
{
    private const string SignatureV2 = "0D0A0D0A000D0A515549540A";

    [Theory]
    [InlineData("PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\n", "10.1.2.3:4321", "10.9.9.9:443")]
    [InlineData("PROXY TCP6 2001:db8::7 ::1 5 6\r\n", "[2001:db8::7]:5", "[::1]:6")]
    [InlineData("PROXY TCP6 ::ffff:10.0.0.1 ::1 0 65535\r\n", "10.0.0.1:0", "[::1]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN ffff:f... 65535 65535\r\n", null, null)]
    public void A_header_of_version_1_is_read_from_any_number_of_pieces(string text, string? source, string? destination) =>
        Reads(Encoding.ASCII.GetBytes(text), source, destination);

    [Theory]
    [InlineData("2111000C" + "0A010203" + "0A090909" + "10E1" + "01BB", "10.1.2.3:4321", "10.9.9.9:443")]
    [InlineData("21210024" + "20010DB8000000000000000000000007" + "00000000000000000000000000000001" + "0005" + "0006", "[2001:db8::7]:5", "[::1]:6")]
    [InlineData("21110013" + "0A010203" + "0A090909" + "10E1" + "01BB" + "02" + "0004" + "61622E63", "10.1.2.3:4321", "10.9.9.9:443")] // PP2_TYPE_AUTHORITY
    [InlineData("20000000", null, null)] // LOCAL
    [InlineData("20110003FFFFFF", null, null)] // LOCAL with what must be ignored
    [InlineData("21000000", null, null)] // PROXY, UNSPEC
    [InlineData("2112000C" + "0A010203" + "0A090909" + "10E1" + "01BB", null, null)] // datagrams: not this connection
    public void A_header_of_version_2_is_read_from_any_number_of_pieces(string rest, string? source, string? destination) =>
        Reads(Convert.FromHexString(SignatureV2 + rest), source, destination);

    [Theory]
    [InlineData("PROXYTCP4 1.2.3.4 1.2.3.4 1 2\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n")]
    [InlineData("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n")]
    [InlineData("PROXY TCP4 ::1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n")]
    [InlineData("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n")]
    [InlineData("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n")]
    [InlineData("PROXY UNKNOWNx\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 and no end of it and no end of it and no end of it and no end of it and no end of it")]
    public void A_wrong_header_of_version_1_is_malformed(string text) =>
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeader.Read(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("1111000C" + "0A0102030A09090910E101BB")] // version 1
    [InlineData("2211000C" + "0A0102030A09090910E101BB")] // no such command
    [InlineData("2111000B" + "0A0102030A09090910E101")] // too short for its family
    [InlineData("2111000E" + "0A0102030A09090910E101BB" + "0300")] // a TLV without its head
    [InlineData("21110010" + "0A0102030A09090910E101BB" + "02000261")] // a TLV longer than the rest
    [InlineData("21110013" + "0A0102030A09090910E101BB" + "03000400000000")] // a wrong checksum
    public void A_wrong_header_of_version_2_is_malformed(string rest) =>
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeader.Read(Convert.FromHexString(SignatureV2 + rest), out _));

    [Fact]
    public void A_right_checksum_is_right()
    {
        // CRC-32C by its definition, bit by bit, over the header with zeros in its place.
        var header = Convert.FromHexString(SignatureV2 + "21110013" + "0A0102030A09090910E101BB" + "03000400000000");
        var crc = uint.MaxValue;
        foreach (var value in header)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(^4..), ~crc);
        Reads(header, "10.1.2.3:4321", "10.9.9.9:443");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROPFIND / HTTP/1.1\r\n")]
    [InlineData("\r\n\r\nGET")]
    [InlineData("\u0016\u0003")]
    public void What_is_no_header_is_left_alone(string text) =>
        Assert.Equal(ProxyHeaderStatus.Absent, ProxyHeader.Read(Encoding.Latin1.GetBytes(text), out _));

    [Theory]
    [InlineData(1, "10.1.2.3:4321", "10.9.9.9:443")]
    [InlineData(2, "10.1.2.3:4321", "10.9.9.9:443")]
    [InlineData(1, "[2001:db8::7]:1", "[::1]:2")]
    [InlineData(2, "[2001:db8::7]:1", "[::1]:2")]
    [InlineData(1, "10.1.2.3:4321", "[::1]:2")]
    [InlineData(2, "[2001:db8::7]:1", "10.9.9.9:443")]
    public void What_is_written_is_read(int version, string source, string destination)
    {
        var header = ProxyHeaderWriter.Write(version, IPEndPoint.Parse(source), IPEndPoint.Parse(destination));
        Reads(header, source, destination);
    }

    [Property(MaxTest = 2000)]
    public void No_bytes_break_it(byte[] bytes, bool signed, byte command)
    {
        byte[] all = signed ? [.. Convert.FromHexString(SignatureV2), command, .. bytes] : [.. "PROXY "u8, .. bytes];
        if (ProxyHeader.Read(all, out var header) == ProxyHeaderStatus.Complete)
        {
            Assert.InRange(header.Length, 1, all.Length);
        }
    }

    private static void Reads(byte[] header, string? source, string? destination)
    {
        for (var length = 0; length < header.Length; length++)
        {
            Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.Read(header.AsSpan(0, length), out _));
        }

        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.Read([.. header, .. "GET"u8], out var read));
        Assert.Equal(header.Length, read.Length);
        Assert.Equal(source is null ? null : IPEndPoint.Parse(source), read.Source);
        Assert.Equal(destination is null ? null : IPEndPoint.Parse(destination), read.Destination);
    }
}
