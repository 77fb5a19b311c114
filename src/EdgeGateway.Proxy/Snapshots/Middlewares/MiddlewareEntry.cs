using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Services;

namespace EdgeGateway.Proxy.Snapshots.Middlewares;

/// <summary>One middleware as configured; a new entry is made when its configuration changed.</summary>
internal sealed class MiddlewareEntry(QualifiedName name, MiddlewareConfig config)
{
    /// <summary>Qualified name.</summary>
    public QualifiedName Name { get; } = name;

    /// <summary>The configuration.</summary>
    public MiddlewareConfig Config { get; } = config;

    /// <inheritdoc cref="ServiceEntry.IsReplaced" />
    public bool IsReplaced { get; set; }

    /// <summary>Why it cannot be used; found when a router asks for it first.</summary>
    public string? Error { get; set; }
}

