using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Credentials;

namespace EdgeGateway.Proxy.Middlewares.BasicAuth;

/// <summary>The users of a <c>basicAuth</c>, and what was found out about passwords for them.</summary>
internal sealed class BasicAuthUsers
{
    private readonly FrozenDictionary<string, PasswordHash> _hashes;
    private readonly PasswordHash _decoy;

    private BasicAuthUsers(FrozenDictionary<string, PasswordHash> hashes)
    {
        _hashes = hashes;
        _decoy = hashes.Values.FirstOrDefault(static hash => hash.IsSlow) ?? hashes.Values[0];
    }

    /// <summary>Passwords that were checked against these users.</summary>
    public CheckedPasswords Checked { get; } = new();

    /// <summary>Reads the users.</summary>
    public static bool TryRead(BasicAuthConfig config, [NotNullWhen(true)] out BasicAuthUsers? users, [NotNullWhen(false)] out string? error)
    {
        users = UserTable.TryRead(config.Users, config.UsersFile, "name:hash", out var table, out error)
            ? new(table.ToFrozenDictionary(static entry => entry.Key, static entry => PasswordHash.Parse(entry.Value), StringComparer.Ordinal))
            : null;
        return users is not null;
    }

    /// <summary>A user's hash; for a stranger another one, which is checked all the same, so that time does not tell who exists.</summary>
    public PasswordHash HashOf(string name, out bool isKnown)
    {
        isKnown = _hashes.TryGetValue(name, out var hash);
        return hash ?? _decoy;
    }
}
