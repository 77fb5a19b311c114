namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Status of a router, service or middleware, as the API shows it.</summary>
public enum ElementStatus
{
    /// <summary>In use without complaint.</summary>
    Enabled,

    /// <summary>In use, but something is not as the user wrote it.</summary>
    Warning,

    /// <summary>Not in use; the errors say why.</summary>
    Disabled,
}
