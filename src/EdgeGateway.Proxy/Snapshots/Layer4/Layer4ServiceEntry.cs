using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>One TCP or UDP service as compiled. A new entry is made only when more than its servers changed, so routers can compare entries by reference.</summary>
internal class Layer4ServiceEntry<TConfig, TModel>
    where TConfig : class
    where TModel : class
{
    /// <summary>The configuration in force; replaced when only the servers changed.</summary>
    public required TConfig Config { get; set; }

    /// <summary>Chooses servers; null when the service is broken.</summary>
    public required TModel? Model { get; init; }

    /// <summary>Why it is broken, in Traefik's words where it has some.</summary>
    public required string? Error { get; init; }

    /// <summary>The live servers of a load balancer.</summary>
    public Layer4ServiceState? State { get; init; }

    /// <summary>The services that a weighted one refers to, with the entries that they had; null = did not exist.</summary>
    public (QualifiedName Name, Layer4ServiceEntry<TConfig, TModel>? Entry)[] Members { get; init; } = [];
}
