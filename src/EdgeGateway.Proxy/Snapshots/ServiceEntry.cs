using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>One service as compiled. A new entry is made only when more than its servers changed, so routers can compare entries by reference.</summary>
internal sealed class ServiceEntry
{
    /// <summary>The configuration in force; replaced when only the servers changed.</summary>
    public required HttpServiceConfig Config { get; set; }

    /// <summary>Answers requests; null when the service is broken.</summary>
    public required HttpServiceModel? Model { get; init; }

    /// <summary>True once another entry took its place, or none: what was made with it must be made anew.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>Why it is broken, in Traefik's words.</summary>
    public required string? Error { get; init; }
}
