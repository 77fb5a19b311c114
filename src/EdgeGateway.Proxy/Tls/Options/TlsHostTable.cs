using System.Collections.Frozen;
using System.Collections.Immutable;

namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>
/// Which set of TLS options a connection of one entry point gets, by the name that its client asks for (dynamic-config §6.3):
/// options are needed before the request is there, so they belong to hosts. Immutable; a change shares what stays.
/// </summary>
internal sealed class TlsHostTable
{
    /// <summary>Every connection gets the built-in default.</summary>
    public static readonly TlsHostTable Empty = new([], TlsOptionsEntry.BuiltIn);

    // Wildcards stand apart, by what follows the star: they are few, and are looked up without a string of their own.
    private readonly ImmutableDictionary<string, TlsOptionsEntry> _hosts;
    private readonly FrozenDictionary<string, TlsOptionsEntry> _wildcards;
    private readonly TlsOptionsEntry _default;

    /// <summary>Takes the mapping of hosts, lower case, <c>*.x</c> for one label before x, and the set for all other names.</summary>
    public TlsHostTable(IEnumerable<KeyValuePair<string, TlsOptionsEntry>> hosts, TlsOptionsEntry otherwise)
        : this(
            hosts.Where(static pair => !IsWildcard(pair.Key)).ToImmutableDictionary(StringComparer.Ordinal),
            hosts.Where(static pair => IsWildcard(pair.Key)).ToFrozenDictionary(static pair => pair.Key[1..], static pair => pair.Value, StringComparer.Ordinal),
            otherwise)
    {
    }

    private TlsHostTable(
        ImmutableDictionary<string, TlsOptionsEntry> hosts, FrozenDictionary<string, TlsOptionsEntry> wildcards, TlsOptionsEntry otherwise) =>
        (_hosts, _wildcards, _default) = (hosts, wildcards, otherwise);

    /// <summary>True when no host has a set of its own and the default is the built-in one: nothing to look up.</summary>
    public bool IsEmpty => _hosts.Count + _wildcards.Count == 0 && ReferenceEquals(_default, TlsOptionsEntry.BuiltIn);

    /// <summary>The table with other sets for some hosts (null = none of its own) and for all other names.</summary>
    public TlsHostTable With(IEnumerable<KeyValuePair<string, TlsOptionsEntry?>> hosts, TlsOptionsEntry otherwise)
    {
        var changed = _hosts.ToBuilder();
        Dictionary<string, TlsOptionsEntry>? wildcards = null;
        foreach (var (host, entry) in hosts)
        {
            if (IsWildcard(host))
            {
                Set(wildcards ??= new(_wildcards, StringComparer.Ordinal), host[1..], entry);
            }
            else
            {
                Set(changed, host, entry);
            }
        }

        return new(changed.ToImmutable(), wildcards?.ToFrozenDictionary(StringComparer.Ordinal) ?? _wildcards, otherwise);
    }

    private static void Set<TMap>(TMap map, string key, TlsOptionsEntry? entry)
        where TMap : IDictionary<string, TlsOptionsEntry>
    {
        if (entry is null)
        {
            map.Remove(key);
        }
        else
        {
            map[key] = entry;
        }
    }

    /// <summary>The set of a connection; a broken one means that it is closed.</summary>
    /// <param name="serverName">Name in the ClientHello, lower case; null without one.</param>
    public TlsOptionsEntry Find(string? serverName)
    {
        if (serverName is null)
        {
            return _default;
        }

        if (_hosts.Count > 0 && _hosts.TryGetValue(serverName, out var exact))
        {
            return exact;
        }

        if (_wildcards.Count == 0)
        {
            return _default;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _wildcards.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(serverName.AsSpan(dot), out var wildcard) ? wildcard : _default;
    }

    // A star alone stands for no name in particular: its connections get the default.
    private static bool IsWildcard(string host) => host.StartsWith('*');
}
