namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>What is logged of requests, and how.</summary>
public sealed class AccessLogOptions
{
    /// <summary>Form of the lines.</summary>
    public AccessLogFormat Format { get; init; }

    /// <summary>What is kept of a request.</summary>
    public AccessLogFields Fields { get; init; } = AccessLogFields.Default;

    /// <summary>Which requests are logged; null = all.</summary>
    public AccessLogFilter? Filter { get; init; }

    /// <summary>Whether those to the gateway's own routers are.</summary>
    public bool AddInternals { get; init; }

    /// <summary>Entry points whose requests without a router are not logged (<c>observability.accessLogs=false</c>); null = none.</summary>
    public IReadOnlySet<string>? Silent { get; init; }
}
