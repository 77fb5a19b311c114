using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>entryPoints.&lt;name&gt;.udp</c>.</summary>
public sealed record EntryPointUdpConfig
{
    /// <summary>A session without a datagram either way ends after it; must be above 0. Default 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EntryPointUdpConfig> Type { get; } = new ObjectType<EntryPointUdpConfig>(static () => new())
        .Field("timeout", ConfigTypes.Duration, static o => o.Timeout, static (o, v) => o with { Timeout = v }, description: "A session without a datagram either way ends after it; must be above 0. Default 3 s.");
}
