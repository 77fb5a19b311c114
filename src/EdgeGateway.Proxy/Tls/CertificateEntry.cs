using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Tls;

/// <summary>
/// A certificate with what a handshake needs, made once: OpenSSL's context (and with it the session tickets) is cached per
/// option values, so an entry that is left alone keeps resumption.
/// </summary>
internal sealed class CertificateEntry
{
    private readonly SslStreamCertificateContext _context;
    private readonly SslServerAuthenticationOptions _default;
    private readonly ConditionalWeakTable<TlsOptionsModel, SslServerAuthenticationOptions> _others = [];

    private CertificateEntry(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        Leaf = leaf;
        Chain = chain;
        Names = NamesOf(leaf);
        SortKey = string.Join(',', Names);
        // Offline: a chain that is incomplete must not be completed by a blocking download.
        _context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        _default = HandshakeOptions.Create(_context, TlsOptionsModel.Default);
    }

    /// <summary>Leaf with its key.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>Intermediates as sent.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>Common name, DNS names and addresses, lower case, sorted, each once.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The names joined with commas: the order in which certificates are tried.</summary>
    public string SortKey { get; }

    /// <summary>What a handshake with this certificate and these options needs; the same object each time, never changed.</summary>
    public SslServerAuthenticationOptions OptionsFor(TlsOptionsModel options) => ReferenceEquals(options, TlsOptionsModel.Default)
        ? _default
        : _others.GetValue(options, made => HandshakeOptions.Create(_context, made));

    /// <summary>Takes a pair.</summary>
    /// <exception cref="CryptographicException">The leaf has no private key, or a kind of key that TLS here cannot use.</exception>
    public static CertificateEntry Create(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        if (!leaf.HasPrivateKey)
        {
            throw new CryptographicException("The certificate has no private key.");
        }

        using RSA? rsa = leaf.GetRSAPrivateKey();
        using ECDsa? ecdsa = rsa is null ? leaf.GetECDsaPrivateKey() : null;
        if (rsa is null && ecdsa is null)
        {
            throw new CryptographicException($"Keys of the kind {leaf.PublicKey.Oid.FriendlyName} are not supported; use RSA or ECDSA.");
        }

        return new CertificateEntry(leaf, chain);
    }

    private static string[] NamesOf(X509Certificate2 leaf)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var common = leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (common.Length > 0 && leaf.SubjectName.EnumerateRelativeDistinguishedNames().Any(static rdn =>
                !rdn.HasMultipleElements && rdn.GetSingleElementType().Value == "2.5.4.3"))
        {
            names.Add(common.ToLowerInvariant());
        }

        foreach (var extension in leaf.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension alternatives)
            {
                foreach (var name in alternatives.EnumerateDnsNames())
                {
                    names.Add(name.ToLowerInvariant());
                }

                foreach (var address in alternatives.EnumerateIPAddresses())
                {
                    names.Add(address.ToString());
                }
            }
        }

        return [.. names];
    }
}
