namespace EdgeGateway.Proxy.Middlewares.DigestAuth;

/// <summary>What a nonce and its count are worth.</summary>
internal enum NonceUse
{
    /// <summary>First use of this count.</summary>
    Fresh,

    /// <summary>This count was there before.</summary>
    Replayed,

    /// <summary>Nobody can tell any more: too old, or made before a restart.</summary>
    Stale,
}
