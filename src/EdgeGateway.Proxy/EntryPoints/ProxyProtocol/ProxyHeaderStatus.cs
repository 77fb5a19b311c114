namespace EdgeGateway.Proxy.EntryPoints.ProxyProtocol;

/// <summary>What the first bytes of a connection say about a PROXY header.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>There is none.</summary>
    Absent,

    /// <summary>It may be the beginning of one.</summary>
    Incomplete,

    /// <summary>It is there.</summary>
    Complete,

    /// <summary>The signature is there, what follows is not a header.</summary>
    Malformed,
}
