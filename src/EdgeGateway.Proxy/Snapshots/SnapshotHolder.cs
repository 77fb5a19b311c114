namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Holds the snapshot that new requests take.</summary>
public sealed class SnapshotHolder
{
    private volatile GatewaySnapshot _current = GatewaySnapshot.Empty;

    /// <summary>The snapshot in force.</summary>
    public GatewaySnapshot Current => _current;

    /// <summary>Puts a snapshot in force for all requests that begin from now on; running ones keep theirs.</summary>
    public void Publish(GatewaySnapshot snapshot) => _current = snapshot;
}
