using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>Tells the HTTP engine that the connection came by TLS, and gives the client's certificate.</summary>
internal sealed class TlsFeature(SslStream tls) : ITlsConnectionFeature
{
    public X509Certificate2? ClientCertificate
    {
        get => field ??= tls.RemoteCertificate as X509Certificate2;
        set;
    }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
