using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>One UDP service as compiled. A new entry is made only when more than its servers changed.</summary>
internal sealed class UdpServiceEntry
{
    /// <summary>The configuration in force; replaced when only the servers changed.</summary>
    public required UdpServiceConfig Config { get; set; }

    /// <summary>Chooses servers; null when the service is broken.</summary>
    public required UdpServiceModel? Model { get; init; }

    /// <summary>Why it is broken, in Traefik's words where it has some.</summary>
    public required string? Error { get; init; }

    /// <summary>The live servers of a load balancer.</summary>
    public Layer4ServiceState? State { get; init; }

    /// <summary>The services that a weighted one refers to, with the entries that they had; null = did not exist.</summary>
    public (QualifiedName Name, UdpServiceEntry? Entry)[] Members { get; init; } = [];
}
