using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// Tells a server that is one of the gateway's own entry points: a request would come back to us until the loop guard ends it. The
/// port decides first, so that the addresses of this machine are asked for only when a server has the port of an entry point.
/// </summary>
/// <param name="endPoints">Name and bound address of every entry point; asked each time, since ports are known once they are bound.</param>
public sealed class OwnEntryPoints(Func<IEnumerable<(string Name, IPEndPoint Address)>> endPoints)
{
    /// <summary>For a gateway without entry points.</summary>
    public static readonly OwnEntryPoints None = new(static () => []);

    /// <summary>The entry point that a connection to host and port would reach, or null. Names other than this machine's are not looked up.</summary>
    public string? Find(string host, int port)
    {
        foreach (var (name, bound) in endPoints())
        {
            if (bound.Port == port && Reaches(host, bound.Address))
            {
                return name;
            }
        }

        return null;
    }

    private static bool Reaches(string host, IPAddress bound)
    {
        var everywhere = bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any);
        bound = Unmap(bound);
        if (!IPAddress.TryParse(host, out var address))
        {
            return (everywhere || IPAddress.IsLoopback(bound)) && host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (everywhere && host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase));
        }

        address = Unmap(address);

        // Connecting to "any" is connecting to loopback.
        var loopback = IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        return everywhere ? loopback || IsOfThisMachine(address)
            : loopback && IPAddress.IsLoopback(bound) ? address.AddressFamily == bound.AddressFamily
            : address.Equals(bound);
    }

    private static bool IsOfThisMachine(IPAddress address)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(static card => card.GetIPProperties().UnicastAddresses)
                .Any(own => own.Address.Equals(address));
        }
        catch (Exception e) when (e is NetworkInformationException or SocketException or PlatformNotSupportedException)
        {
            return false; // The loop guard is still there.
        }
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
