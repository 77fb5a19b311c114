using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>edge</c> (static-config §2).</summary>
public sealed record EdgeConfig
{
    /// <summary>A plain request that only a TLS router with a named host takes is redirected to it. Default true.</summary>
    public bool RedirectPlainToTls { get; init; } = true;

    /// <summary>
    /// A plain request to the node's short MagicDNS name (<c>http://machine/</c>) that no router takes is redirected to the full name if a
    /// router has it. Default true.
    /// </summary>
    public bool RedirectShortName { get; init; } = true;

    /// <summary>
    /// How long the entry points, the admin one aside, wait at the start until each provider has answered and the certificates it asks for are
    /// in hand; clients wait in the kernel's queue meanwhile. 0 = they open at once. Default 5 s.
    /// </summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Routers of a Nomad service whose last instance went answer 503 for so long, then they go; 0 = they go at once. Default 20 s.</summary>
    public TimeSpan LastInstanceGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// What speaks HTTP/1.1 to servers in clear: <c>own</c> (default) or <c>yarp</c>, the way back to the forwarder of earlier versions
    /// (docs/adr/0001-own-http1-forwarder.md).
    /// </summary>
    public string Http1Forwarder { get; init; } = OwnForwarder;

    /// <summary>Limits of TCP connections.</summary>
    public EdgeTcpConfig Tcp { get; init; } = new();

    /// <summary>What tags may do.</summary>
    public EdgePolicyConfig Policy { get; init; } = new();

    /// <summary>The default of <see cref="Http1Forwarder"/>.</summary>
    public const string OwnForwarder = "own";

    /// <summary>The other value of <see cref="Http1Forwarder"/>.</summary>
    public const string YarpForwarder = "yarp";

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EdgeConfig> Type { get; } = new ObjectType<EdgeConfig>(static () => new())
        .Field("redirectPlainToTls", ConfigTypes.Bool, static o => o.RedirectPlainToTls, static (o, v) => o with { RedirectPlainToTls = v }, description: "A plain request that only a TLS router with a named host takes is redirected to it. Default true.")
        .Field("redirectShortName", ConfigTypes.Bool, static o => o.RedirectShortName, static (o, v) => o with { RedirectShortName = v }, description: "A plain request to the node's short MagicDNS name that no router takes is redirected to the full name if a router has it. Default true.")
        .Field("startTimeout", ConfigTypes.Duration, static o => o.StartTimeout, static (o, v) => o with { StartTimeout = v }, description: "How long the entry points wait at the start for the providers' first answers and their certificates; 0 = not at all. Default 5 s.")
        .Field("lastInstanceGrace", ConfigTypes.Duration, static o => o.LastInstanceGrace, static (o, v) => o with { LastInstanceGrace = v }, description: "Routers of a Nomad service whose last instance went answer 503 for so long; 0 = they go at once. Default 20 s.")
        .Field("http1Forwarder", ConfigTypes.String, static o => o.Http1Forwarder, static (o, v) => o with { Http1Forwarder = v ?? OwnForwarder }, description: "What speaks HTTP/1.1 to servers in clear: own (default) or yarp.")
        .Field("policy", EdgePolicyConfig.Type, static o => o.Policy, static (o, v) => o with { Policy = v })
        .Field("tcp", EdgeTcpConfig.Type, static o => o.Tcp, static (o, v) => o with { Tcp = v });
}
