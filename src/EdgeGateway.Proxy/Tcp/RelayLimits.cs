namespace EdgeGateway.Proxy.Tcp;

/// <summary>How long a relay may live, seen at the entry point's sweep: a second late at most. Zero = no limit, as in Traefik.</summary>
/// <param name="Idle">Without a byte either way.</param>
/// <param name="Session">At all.</param>
internal readonly record struct RelayLimits(TimeSpan Idle, TimeSpan Session);
