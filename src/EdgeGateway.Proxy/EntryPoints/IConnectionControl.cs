namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>What can be done to a connection: by its bare socket until the engine has it, by the engine's side from then on.</summary>
internal interface IConnectionControl
{
    /// <summary>No further request after those that run.</summary>
    void RequestClose();

    /// <summary>Ends it now with a reset.</summary>
    void Abort(ConnectionEnd end);

    /// <summary>Called by the entry point's sweep, with <see cref="TimeProvider.GetTimestamp"/>: ends it if a time limit of its own is over.</summary>
    void Look(long now)
    {
    }
}
