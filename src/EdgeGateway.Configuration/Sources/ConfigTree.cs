using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A free tree of maps, lists and texts (plugin settings), comparing by value. Exactly one member is set.</summary>
public sealed record ConfigTree
{
    /// <summary>A leaf.</summary>
    public string? Text { get; init; }

    /// <summary>A map.</summary>
    public ConfigMap<ConfigTree>? Map { get; init; }

    /// <summary>A list.</summary>
    public ConfigList<ConfigTree>? List { get; init; }
}
