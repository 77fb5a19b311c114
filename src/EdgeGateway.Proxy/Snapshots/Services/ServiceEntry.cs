using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots.Services;

/// <summary>One service as compiled. A new entry is made only when more than its servers changed, so routers can compare entries by reference.</summary>
internal sealed class ServiceEntry
{
    /// <summary>Its name.</summary>
    public required QualifiedName Name { get; init; }

    /// <summary>The configuration in force; replaced when only the servers changed.</summary>
    public required HttpServiceConfig Config { get; set; }

    /// <summary>Answers requests; null when the service is broken. Of a service that refers to others it is set once all of them are known.</summary>
    public required HttpServiceModel? Model { get; set; }

    /// <summary>True once another entry took its place, or none: what was made with it must be made anew.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>Why it is broken, in Traefik's words.</summary>
    public required string? Error { get; set; }

    /// <summary>How its servers are reached; null for a service that has none, or not the one that it names.</summary>
    public UpstreamTransport? Transport { get; init; }

    /// <summary>Servers that were left out; replaced with the servers.</summary>
    public ConfigList<string> Warnings { get; set; } = ConfigList<string>.Empty;

    /// <summary>What it was made with, when it refers to other services or to middlewares; null for most.</summary>
    public ServiceLinks? Links { get; set; }
}
