using System.Collections.Frozen;

namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>
/// Which set of TLS options a connection of one entry point gets, by the name that its client asks for (dynamic-config §6.3):
/// options are needed before the request is there, so they belong to hosts. Immutable.
/// </summary>
internal sealed class TlsHostTable
{
    /// <summary>Every connection gets the built-in default.</summary>
    public static readonly TlsHostTable Empty = new([], TlsOptionsEntry.BuiltIn);

    private readonly FrozenDictionary<string, TlsOptionsEntry> _hosts;
    private readonly FrozenDictionary<string, TlsOptionsEntry>.AlternateLookup<ReadOnlySpan<char>> _spans;
    private readonly TlsOptionsEntry _default;

    /// <summary>Takes the mapping of hosts, lower case, <c>*.x</c> for one label before x, and the set for all other names.</summary>
    public TlsHostTable(IEnumerable<KeyValuePair<string, TlsOptionsEntry>> hosts, TlsOptionsEntry otherwise)
    {
        _hosts = hosts.Where(static pair => pair.Key != "*").ToFrozenDictionary(StringComparer.Ordinal);
        _spans = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        _default = otherwise;
    }

    /// <summary>True when no host has a set of its own and the default is the built-in one: nothing to look up.</summary>
    public bool IsEmpty => _hosts.Count == 0 && ReferenceEquals(_default, TlsOptionsEntry.BuiltIn);

    /// <summary>The set of a connection; a broken one means that it is closed.</summary>
    /// <param name="serverName">Name in the ClientHello, lower case; null without one.</param>
    public TlsOptionsEntry Find(string? serverName)
    {
        if (serverName is null || _hosts.Count == 0)
        {
            return _default;
        }

        if (_hosts.TryGetValue(serverName, out var exact))
        {
            return exact;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
        {
            return _default;
        }

        // "*" and what follows the first label, without a string of its own.
        Span<char> wildcard = stackalloc char[256];
        var rest = serverName.AsSpan(dot);
        if (rest.Length >= wildcard.Length)
        {
            return _default;
        }

        wildcard[0] = '*';
        rest.CopyTo(wildcard[1..]);
        return _spans.TryGetValue(wildcard[..(rest.Length + 1)], out var found) ? found : _default;
    }
}
