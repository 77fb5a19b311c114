using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>basicAuth</c>; at least one user.</summary>
public sealed record BasicAuthConfig
{
    /// <summary><c>name:hash</c>.</summary>
    public ConfigList<string> Users { get; init; } = ConfigList<string>.Empty;

    /// <summary>File with one user per line; <c>#</c> and blank lines are skipped.</summary>
    public string? UsersFile { get; init; }

    /// <summary>Realm; default <c>traefik</c>.</summary>
    public string? Realm { get; init; }

    /// <summary>Removes <c>Authorization</c> towards the server.</summary>
    public bool RemoveHeader { get; init; }

    /// <summary>Header that tells the server the user name.</summary>
    public string? HeaderField { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<BasicAuthConfig> Type { get; } = new ObjectType<BasicAuthConfig>(static () => new())
        .Field("users", ConfigTypes.CommaList, static o => o.Users, static (o, v) => o with { Users = v })
        .Field("usersFile", ConfigTypes.String, static o => o.UsersFile, static (o, v) => o with { UsersFile = v })
        .Field("realm", ConfigTypes.String, static o => o.Realm, static (o, v) => o with { Realm = v })
        .Field("removeHeader", ConfigTypes.Bool, static o => o.RemoveHeader, static (o, v) => o with { RemoveHeader = v })
        .Field("headerField", ConfigTypes.String, static o => o.HeaderField, static (o, v) => o with { HeaderField = v });
}
