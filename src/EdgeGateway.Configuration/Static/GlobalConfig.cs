using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>global</c> (static-config §2).</summary>
public sealed record GlobalConfig
{
    /// <summary>Accepted; nothing is checked.</summary>
    public bool CheckNewVersion { get; init; }

    /// <summary>Accepted; nothing is sent.</summary>
    public bool SendAnonymousUsage { get; init; }

    /// <summary>Accepted; use the entry point option.</summary>
    public bool NotAppendXForwardedFor { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<GlobalConfig> Type { get; } = new ObjectType<GlobalConfig>(static () => new())
        .Field("checkNewVersion", ConfigTypes.Bool, static o => o.CheckNewVersion, static (o, v) => o with { CheckNewVersion = v }, description: "Accepted; nothing is checked.")
        .Field("sendAnonymousUsage", ConfigTypes.Bool, static o => o.SendAnonymousUsage, static (o, v) => o with { SendAnonymousUsage = v }, description: "Accepted; nothing is sent.")
        .Field("notAppendXForwardedFor", ConfigTypes.Bool, static o => o.NotAppendXForwardedFor, static (o, v) => o with { NotAppendXForwardedFor = v }, description: "Accepted; use the entry point option.");
}
