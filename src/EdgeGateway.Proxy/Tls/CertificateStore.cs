using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.Tls;

/// <summary>
/// The certificates that handshakes are answered with (design decision 14). They live outside the snapshot: a new pair replaces
/// one entry and compiles nothing. Options are made once per pair and reused, so that session resumption survives changes of others.
/// Readers take no lock.
/// </summary>
public sealed class CertificateStore
{
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Entry> _entries =
        new(Comparer<string>.Create(static (a, b) => string.CompareOrdinal(b, a)));

    private readonly SslServerAuthenticationOptions _default;
    private volatile Dictionary<string, Entry> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a store whose default is the given pair.</summary>
    public CertificateStore(X509Certificate2 defaultCertificate) => _default = MakeOptions(defaultCertificate, []);

    /// <summary>Adds or replaces the pair that serves these names.</summary>
    /// <param name="leaf">Certificate with its private key.</param>
    /// <param name="chain">Intermediates, sent as they are: nothing is downloaded.</param>
    public void Set(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        var names = CertificateNames.Of(leaf);
        var key = string.Join(',', names);
        lock (_gate)
        {
            _entries[key] = new(key, names, leaf, MakeOptions(leaf, chain));
            Index();
        }
    }

    /// <summary>The certificates in use, without the default one.</summary>
    public IReadOnlyList<X509Certificate2> Certificates
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Values.Select(static e => e.Leaf)];
            }
        }
    }

    /// <summary>
    /// Options for a server name. Of several certificates that fit, the one whose names, sorted and joined, come last in byte
    /// order wins, as in Traefik (runtime-behaviour §1.6); none, or no name: the default.
    /// </summary>
    public SslServerAuthenticationOptions OptionsFor(string? serverName)
    {
        if (string.IsNullOrEmpty(serverName))
        {
            return _default;
        }

        var byName = _byName;
        byName.TryGetValue(serverName, out var exact);
        Entry? wildcard = null;
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
        {
            byName.TryGetValue($"*{serverName.AsSpan(dot)}", out wildcard);
        }

        var chosen = exact is null || (wildcard is not null && string.CompareOrdinal(wildcard.Key, exact.Key) > 0) ? wildcard : exact;
        return chosen?.Options ?? _default;
    }

    private void Index()
    {
        var byName = new Dictionary<string, Entry>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in _entries.Values)
        {
            foreach (var name in entry.Names)
            {
                byName.TryAdd(name, entry);
            }
        }

        _byName = byName;
    }

    private static SslServerAuthenticationOptions MakeOptions(X509Certificate2 leaf, X509Certificate2Collection chain) => new()
    {
        // offline: building the chain must not fetch intermediates, which would block a handshake.
        ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
        ApplicationProtocols = Protocols,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };

    private sealed record Entry(string Key, IReadOnlyList<string> Names, X509Certificate2 Leaf, SslServerAuthenticationOptions Options);
}
