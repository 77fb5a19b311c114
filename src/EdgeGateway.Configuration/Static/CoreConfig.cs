using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>core</c> (static-config §2).</summary>
public sealed record CoreConfig
{
    /// <summary>Rule syntax of routers that say none and have no default rule: <c>v3</c> or <c>v2</c>; null = v3. Deprecated.</summary>
    public string? DefaultRuleSyntax { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CoreConfig> Type { get; } = new ObjectType<CoreConfig>(static () => new())
        .Field("defaultRuleSyntax", ConfigTypes.String, static o => o.DefaultRuleSyntax, static (o, v) => o with { DefaultRuleSyntax = v }, description: "Rule syntax of routers that say none: v3 (default) or v2. Deprecated.");
}
