using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Proxy.EntryPoints.ProxyProtocol;

/// <summary>Writes the PROXY header that goes to a server before everything else.</summary>
internal static class ProxyHeaderWriter
{
    private static ReadOnlySpan<byte> HeadV2 => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21];

    /// <summary>The header. Addresses of different families are both written as IPv6.</summary>
    /// <param name="version">1 or 2.</param>
    /// <param name="source">The client.</param>
    /// <param name="destination">Our side of its connection.</param>
    public static byte[] Write(int version, IPEndPoint source, IPEndPoint destination)
    {
        var v4 = source.AddressFamily == AddressFamily.InterNetwork && destination.AddressFamily == AddressFamily.InterNetwork;
        var from = v4 ? source.Address : source.Address.MapToIPv6();
        var to = v4 ? destination.Address : destination.Address.MapToIPv6();
        if (version == 1)
        {
            return Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"PROXY {(v4 ? "TCP4" : "TCP6")} {WithoutZone(from)} {WithoutZone(to)} {source.Port} {destination.Port}\r\n"));
        }

        var size = v4 ? 4 : 16;
        var header = new byte[HeadV2.Length + 3 + (2 * size) + 4];
        var span = header.AsSpan();
        HeadV2.CopyTo(span);
        span = span[HeadV2.Length..];
        span[0] = (byte)(v4 ? 0x11 : 0x21);
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)((2 * size) + 4));
        span = span[3..];
        from.TryWriteBytes(span, out _);
        to.TryWriteBytes(span[size..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(span[(2 * size)..], (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(span[((2 * size) + 2)..], (ushort)destination.Port);
        return header;
    }

    private static IPAddress WithoutZone(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
}
