using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>One TCP service as compiled. A new entry is made only when more than its servers changed, so routers can compare entries by reference.</summary>
internal sealed class TcpServiceEntry
{
    /// <summary>The configuration in force; replaced when only the servers changed.</summary>
    public required TcpServiceConfig Config { get; set; }

    /// <summary>Chooses servers; null when the service is broken.</summary>
    public required TcpServiceModel? Model { get; init; }

    /// <summary>Why it is broken, in Traefik's words where it has some.</summary>
    public required string? Error { get; init; }

    /// <summary>The live servers of a load balancer.</summary>
    public Layer4ServiceState? State { get; init; }

    /// <summary>The transport as the providers gave it, to see that it changed.</summary>
    public TcpTransport? Transport { get; init; }

    /// <summary>The services that a weighted one refers to, with the entries that they had; null = did not exist.</summary>
    public (QualifiedName Name, TcpServiceEntry? Entry)[] Members { get; init; } = [];
}
