using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Tls;

/// <summary>
/// All certificates of the gateway (design decision 14). A pair that arrives replaces one entry and touches nothing else: no
/// configuration is compiled, other certificates keep their TLS sessions. Reading takes no lock.
/// </summary>
public sealed class CertificateStore
{
    private readonly Lock _writers = new();
    private volatile CertificateTable _table = CertificateTable.Empty;
    private readonly CertificateEntry _first;
    private volatile CertificateEntry _default;

    /// <summary>Starts with a generated self-signed default certificate.</summary>
    /// <param name="time">Clock for the validity of the generated certificate.</param>
    public CertificateStore(TimeProvider? time = null)
        : this(DefaultCertificate.Create(time ?? TimeProvider.System), [])
    {
    }

    /// <summary>Starts with the user's default certificate.</summary>
    public CertificateStore(X509Certificate2 defaultLeaf, X509Certificate2Collection defaultChain) =>
        _default = _first = CertificateEntry.Create(defaultLeaf, defaultChain);

    /// <summary>Goes back to the default certificate of the start.</summary>
    public void ResetDefault() => _default = _first;

    /// <summary>Replaces the certificate of clients that no other one fits.</summary>
    public void SetDefault(X509Certificate2 leaf, X509Certificate2Collection chain) => _default = CertificateEntry.Create(leaf, chain);

    /// <summary>
    /// Adds or replaces the pair of <paramref name="key"/> (any name its source chooses, such as <c>tailscale/host.ts.net</c>).
    /// The same certificate again changes nothing. Of two keys with exactly the same certificate names, the first one stays in use.
    /// </summary>
    /// <param name="key">Names the entry to its source.</param>
    /// <param name="leaf">Leaf with an RSA or ECDSA key.</param>
    /// <param name="chain">Intermediates in the order in which they are sent.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">No key, or an unusable one; the old entry stays.</exception>
    public void Set(string key, X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        var thumbprint = leaf.GetCertHash();
        lock (_writers)
        {
            var entries = _table.Entries.ToList();
            var index = entries.FindIndex(pair => pair.Key == key);
            if (index >= 0 && entries[index].Value is var old && old.Leaf.GetCertHash().AsSpan().SequenceEqual(thumbprint)
                && SameChain(old.Chain, chain))
            {
                return;
            }

            var entry = KeyValuePair.Create(key, CertificateEntry.Create(leaf, chain));
            if (index >= 0)
            {
                entries[index] = entry;
            }
            else
            {
                entries.Add(entry);
            }

            _table = new CertificateTable(entries);
        }
    }

    /// <summary>Takes the pair of <paramref name="key"/> out; false if there was none.</summary>
    public bool Remove(string key)
    {
        lock (_writers)
        {
            var rest = _table.Entries.Where(pair => pair.Key != key).ToList();
            if (rest.Count == _table.Entries.Count)
            {
                return false;
            }

            _table = new CertificateTable(rest);
            return true;
        }
    }

    /// <summary>The certificates of all pairs, without the default one.</summary>
    public IReadOnlyList<X509Certificate2> Leaves => [.. _table.Entries.Select(static pair => pair.Value.Leaf)];

    /// <summary>The certificate that a client asking for this lower-case name gets; null means the default one.</summary>
    public X509Certificate2? Find(string serverName) => _table.Find(serverName)?.Leaf;

    /// <summary>
    /// Options of the handshake: the certificate by server name, without one by the local address, else the default one.
    /// </summary>
    /// <param name="serverName">Name in the ClientHello, lower case; null without one.</param>
    /// <param name="local">Our side of the socket.</param>
    /// <param name="options">The set of TLS options in force for that name.</param>
    /// <returns>Null when no certificate fits and the set wants one (<c>sniStrict</c>).</returns>
    internal SslServerAuthenticationOptions? OptionsFor(string? serverName, IPAddress local, TlsOptionsModel options)
    {
        var entry = _table.Find(serverName ?? local.ToString());
        return entry is null && options.SniStrict ? null : (entry ?? _default).OptionsFor(options);
    }

    private static bool SameChain(X509Certificate2Collection one, X509Certificate2Collection other) =>
        one.Count == other.Count && one.Zip(other).All(static pair => pair.First.RawDataMemory.Span.SequenceEqual(pair.Second.RawDataMemory.Span));
}
