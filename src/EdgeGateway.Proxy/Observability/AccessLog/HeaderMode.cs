namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>What becomes of a header in the log.</summary>
internal enum HeaderMode
{
    /// <summary>It is left out.</summary>
    Drop,

    /// <summary>It is shown.</summary>
    Keep,

    /// <summary>Its name is shown, its value is not.</summary>
    Redact,
}
