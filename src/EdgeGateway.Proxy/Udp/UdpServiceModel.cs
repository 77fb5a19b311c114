using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Udp;

/// <summary>A UDP service: chooses a server for each session.</summary>
internal abstract class UdpServiceModel(string name)
{
    /// <summary>Qualified name.</summary>
    public string Name { get; } = name;

    /// <summary>The server of a new session; null when there is none.</summary>
    public abstract Layer4Server? Choose();
}
