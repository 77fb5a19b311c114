using System.Net;

namespace EdgeGateway.Proxy.Layer4;

/// <summary>One server of a TCP or UDP service. Lives as long as its address is listed, and a while longer, so that a returning instance finds its state.</summary>
internal sealed class Layer4Server
{
    // As for HTTP servers: long enough to spare a burst the same refused connect, short enough for an instance that comes back.
    private static readonly TimeSpan AvoidFor = TimeSpan.FromSeconds(2);

    private long _avoidUntil;
    private int _sessions;

    public Layer4Server(string text, Layer4Address address, bool isTls)
    {
        Text = text;
        Host = address.Host;
        Port = address.Port;
        IsTls = isTls;
        EndPoint = IPAddress.TryParse(address.Host, out var ip) ? new IPEndPoint(ip, address.Port) : null;
    }

    /// <summary>As configured; names the server in API, log and metrics.</summary>
    public string Text { get; }

    /// <summary>Name or address without brackets.</summary>
    public string Host { get; }

    /// <summary>Port.</summary>
    public int Port { get; }

    /// <summary>TLS is spoken to it.</summary>
    public bool IsTls { get; }

    /// <summary>Its address; null when a name has to be looked up.</summary>
    public IPEndPoint? EndPoint { get; }

    /// <summary>False: a check found it down; it gets nothing new.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Connections or sessions that it has now.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    public void Enter() => Interlocked.Increment(ref _sessions);

    public void Leave() => Interlocked.Decrement(ref _sessions);

    /// <summary>It could not be reached: others are preferred for a moment.</summary>
    public void Avoid(TimeProvider time) =>
        Volatile.Write(ref _avoidUntil, time.GetTimestamp() + time.Ticks(AvoidFor));

    /// <summary>Whether others are preferred at that time (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public bool IsAvoided(long now) => Volatile.Read(ref _avoidUntil) is var until and not 0 && now < until;
}
