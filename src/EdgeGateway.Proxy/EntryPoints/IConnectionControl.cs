namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>What can be done to a connection: by its bare socket until the engine has it, by the engine's side from then on.</summary>
internal interface IConnectionControl
{
    /// <summary>No further request after those that run.</summary>
    void RequestClose();

    /// <summary>Ends it now with a reset.</summary>
    void Abort(ConnectionEnd end);
}
