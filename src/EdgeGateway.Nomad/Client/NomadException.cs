namespace EdgeGateway.Nomad.Client;

/// <summary>A call to Nomad that gave nothing usable.</summary>
internal sealed class NomadException(NomadFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of fault.</summary>
    public NomadFault Fault { get; } = fault;

    /// <summary>What the server asked to wait (Retry-After), or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True when the whole connection to Nomad is in doubt, not only this one answer.</summary>
    public bool IsOutage => Fault is NomadFault.Unreachable or NomadFault.Timeout or NomadFault.Tls or NomadFault.Unauthorized
        or NomadFault.Forbidden or NomadFault.TooManyRequests or NomadFault.NotCredible;

    /// <summary>True when an agent that answers again is the end of it: nothing there, no leader, about to stop, stopped.</summary>
    public bool IsAway => Fault is NomadFault.Unreachable or NomadFault.Timeout or NomadFault.ServerError or NomadFault.NotCredible
        or NomadFault.StreamEnded;
}
