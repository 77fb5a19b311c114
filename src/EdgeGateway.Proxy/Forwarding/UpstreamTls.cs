using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Tls.Files;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// TLS to servers. Done here and not by the HTTP handler, which takes the server name from the client's Host header (dotnet §2.2);
/// here it is <c>serverName</c>, else the host of the server's URL.
/// </summary>
internal sealed class UpstreamTls
{
    // Go's limit for a handshake with a server (http.Transport.TLSHandshakeTimeout as Traefik sets it).
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly ServersTransportConfig _config;
    private readonly bool _offersProtocols;
    private volatile Material _material;
    private readonly CipherSuitesPolicy? _ciphers;
    private readonly SslProtocols _protocols;

    /// <summary>Reads certificates and settings.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="offersProtocols">False: no ALPN, as for TCP services.</param>
    /// <exception cref="InvalidDataException">One cannot be used; the message names it.</exception>
    public UpstreamTls(ServersTransportConfig config, bool offersProtocols = true)
    {
        _offersProtocols = offersProtocols;
        // A security setting that is not applied must not look as if it were.
        if (config.Spiffe is not null)
        {
            throw new InvalidDataException("serversTransport.spiffe is not supported");
        }

        _config = config;
        _material = Material.Read(config);
        _ciphers = config.CipherSuites.Count > 0 ? Ciphers(config.CipherSuites) : null;
        _protocols = Protocols(Version("minVersion", config.MinVersion, 2), Version("maxVersion", config.MaxVersion, 3));
    }

    /// <summary>The files it was read from.</summary>
    public IEnumerable<string> Files => PemFileNames.Of(_config);

    /// <summary>Reads its files again, for connections that are made from now on; those that there are stay.</summary>
    /// <returns>Null, or what is wrong with them; then what was read before stays.</returns>
    public string? TryReload()
    {
        try
        {
            _material = Material.Read(_config);
            return null;
        }
        catch (InvalidDataException e)
        {
            return $"{e.Message.TrimEnd('.')}; what was read before stays in use until the files change again";
        }
    }

    /// <summary>Makes TLS of a connection.</summary>
    /// <exception cref="UpstreamConnectException">It failed.</exception>
    public async Task<SslStream> AuthenticateAsync(Stream connection, string host, bool offerHttp2, CancellationToken cancellation)
    {
        var distrusted = false;
        var (roots, clients) = _material;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = string.IsNullOrEmpty(_config.ServerName) ? host : _config.ServerName,
            EnabledSslProtocols = _protocols,
            ApplicationProtocols = !_offersProtocols
                ? null
                : offerHttp2
                ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                : [SslApplicationProtocol.Http11],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CipherSuitesPolicy = _ciphers,
            ClientCertificateContext = clients.Length == 1 ? clients[0] : null,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                var trusted = _config.InsecureSkipVerify || (errors == SslPolicyErrors.None && IsPeerNamed(certificate));
                distrusted = !trusted;
                return trusted;
            },
        };
        if (clients.Length > 1)
        {
            options.ClientCertificates = [.. clients.Select(static client => client.TargetCertificate)];
            options.LocalCertificateSelectionCallback = (_, _, _, _, issuers) => Choose(clients, issuers);
        }

        if (roots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        var tls = new SslStream(connection);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeTimeout);
        try
        {
            await tls.AuthenticateAsClientAsync(options, limit.Token);
            return tls;
        }
        catch (AuthenticationException e) when (distrusted || !IsAlert(e))
        {
            await tls.DisposeAsync();
            throw new UpstreamConnectException(AttemptResult.Unusable, e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            await tls.DisposeAsync();
            throw new UpstreamConnectException(AttemptResult.ConnectTimedOut, $"no TLS handshake within {HandshakeTimeout.TotalSeconds:F0} s", e);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            await tls.DisposeAsync();
            throw new UpstreamConnectException(AttemptResult.ConnectFailed, e.Message, e);
        }
    }

    // A server's alert comes with OpenSSL's reason inside (502); without one, the server does not speak TLS (500).
    private static bool IsAlert(AuthenticationException exception) =>
        exception.InnerException is { } inner && inner.ToString().Contains("alert", StringComparison.OrdinalIgnoreCase);

    private bool IsPeerNamed(X509Certificate? certificate)
    {
        if (string.IsNullOrEmpty(_config.PeerCertURI))
        {
            return true;
        }

        // OID 2.5.29.17: subject alternative names.
        return certificate is X509Certificate2 full
            && full.Extensions.FirstOrDefault(static e => e.Oid?.Value == "2.5.29.17") is { } names
            && names.RawData.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(_config.PeerCertURI)) is var at and > 1
            && names.RawData[at - 2] == 0x86
            && names.RawData[at - 1] == _config.PeerCertURI.Length;
    }

    // The first that an issuer named by the server has signed, else the first (crypto/tls, SupportsCertificate).
    private static X509Certificate2 Choose(SslStreamCertificateContext[] clients, string[] issuers)
    {
        foreach (var client in clients)
        {
            if (issuers.Length == 0 || issuers.Contains(client.TargetCertificate.Issuer, StringComparer.OrdinalIgnoreCase)
                || client.IntermediateCertificates.Any(c => issuers.Contains(c.Issuer, StringComparer.OrdinalIgnoreCase)))
            {
                return client.TargetCertificate;
            }
        }

        return clients[0].TargetCertificate;
    }

    private static CipherSuitesPolicy Ciphers(ConfigList<string> names)
    {
        try
        {
            return CipherSuiteNames.Read(names);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"serversTransport.cipherSuites: {e.Message}", e);
        }
    }

    private static int Version(string option, string? name, int otherwise) => string.IsNullOrEmpty(name)
        ? otherwise
        : TlsVersions.Find(name) ?? throw new InvalidDataException($"serversTransport.{option}: {name} is not a TLS version");

    private static SslProtocols Protocols(int min, int max) => TlsVersions.Between(min, max) is not SslProtocols.None and var protocols
        ? protocols
        : throw new InvalidDataException("serversTransport.minVersion is above maxVersion");

    /// <summary>What comes from files, replaced as a whole.</summary>
    private sealed record Material(X509Certificate2Collection? Roots, SslStreamCertificateContext[] Clients)
    {
        public static Material Read(ServersTransportConfig config) => new(
            config.RootCAs.Count > 0 ? PemText.ReadCertificates("serversTransport.rootCAs", config.RootCAs) : null,
            [.. config.Certificates.Select(ReadClient)]);

        private static SslStreamCertificateContext ReadClient(CertificateConfig config)
        {
            var certificate = PemText.Read("serversTransport.certificates.certFile", config.CertFile);
            try
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPem(certificate);
                return SslStreamCertificateContext.Create(
                    X509Certificate2.CreateFromPem(certificate, PemText.Read("serversTransport.certificates.keyFile", config.KeyFile)), chain, offline: true);
            }
            catch (CryptographicException e)
            {
                throw new InvalidDataException($"serversTransport.certificates: {e.Message}", e);
            }
        }
    }
}
