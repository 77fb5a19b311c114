namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>Form of the lines.</summary>
public enum AccessLogFormat
{
    /// <summary>Traefik's <c>common</c>.</summary>
    Common,

    /// <summary>Common Log Format, combined.</summary>
    GenericClf,

    /// <summary>A JSON object on each line.</summary>
    Json,
}
