using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>What a handshake needs, of a certificate and a set of options. Made once per pair: OpenSSL's context is cached by it.</summary>
internal static class HandshakeOptions
{
    /// <summary>Makes the options.</summary>
    public static SslServerAuthenticationOptions Create(SslStreamCertificateContext certificate, TlsOptionsModel options)
    {
        var made = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            ApplicationProtocols = options.ApplicationProtocols,
            EnabledSslProtocols = options.Protocols,
            CipherSuitesPolicy = options.Ciphers,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = !options.Config.DisableSessionTickets,
        };
        if (options.ClientAuthentication == ClientAuthentication.None)
        {
            return made;
        }

        // A resumed session must not carry a client's identity past a change of what is asked of it (dotnet §3.4).
        made.AllowTlsResume = false;
        made.ClientCertificateRequired = true;
        made.RemoteCertificateValidationCallback = Validation(options.ClientAuthentication);
        made.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            ApplicationPolicy = { new("1.3.6.1.5.5.7.3.2") }, // clientAuth, RFC 5280 §4.2.1.12
        };
        made.CertificateChainPolicy.CustomTrustStore.AddRange(options.Roots);
        return made;
    }

#pragma warning disable CA5359 // Go's RequestClientCert asks for a certificate and takes any, or none.
    private static RemoteCertificateValidationCallback Validation(ClientAuthentication mode) => mode switch
    {
        ClientAuthentication.Request => static (tls, certificate, chain, errors) => ((ClientTls)tls).Checked(true, certificate, chain, errors),
        ClientAuthentication.RequireAny => static (tls, certificate, chain, errors) =>
            ((ClientTls)tls).Checked(certificate is not null, certificate, chain, errors),
        ClientAuthentication.VerifyIfGiven => static (tls, certificate, chain, errors) =>
            ((ClientTls)tls).Checked(certificate is null || errors == SslPolicyErrors.None, certificate, chain, errors),
        _ => static (tls, certificate, chain, errors) =>
            ((ClientTls)tls).Checked(certificate is not null && errors == SslPolicyErrors.None, certificate, chain, errors),
    };
#pragma warning restore CA5359
}
