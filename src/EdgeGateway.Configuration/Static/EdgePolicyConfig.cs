using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>edge.policy</c>: what whoever runs the gateway allows those who write tags.</summary>
public sealed record EdgePolicyConfig
{
    /// <summary>
    /// <c>edge.http.serversTransports.&lt;name&gt;.insecureSkipVerify=true</c> counts in tags: the certificate of that job's servers is not
    /// verified. Default false: such a transport is left out with an error.
    /// </summary>
    public bool InsecureSkipVerifyFromTags { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EdgePolicyConfig> Type { get; } = new ObjectType<EdgePolicyConfig>(static () => new())
        .Field("insecureSkipVerifyFromTags", ConfigTypes.Bool, static o => o.InsecureSkipVerifyFromTags, static (o, v) => o with { InsecureSkipVerifyFromTags = v }, description: "Tags may switch off the verification of their servers' certificates. Default false.");
}
