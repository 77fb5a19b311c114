using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>A TCP service: chooses a server for each attempt.</summary>
internal abstract class TcpServiceModel(string name)
{
    /// <summary>Qualified name.</summary>
    public string Name { get; } = name;

    /// <summary>False: the service has no server that may be chosen.</summary>
    public abstract bool HasServer { get; }

    /// <summary>Chooses a server; false when none is left.</summary>
    /// <param name="tried">Servers that were tried for this connection already; null = none.</param>
    /// <param name="target">The choice.</param>
    public abstract bool TryChoose(List<Layer4Server>? tried, out TcpTarget target);
}
