using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.PassTLSClientCert;

/// <summary>
/// <c>passTLSClientCert</c>: the client's certificate, or parts of it, in headers for the server (runtime-behaviour §2.16). Clients
/// cannot send these headers themselves: the entry point takes them out of what untrusted peers send. Without a certificate nothing is
/// set.
/// </summary>
internal sealed class PassTLSClientCertFilter(string name, PassTLSClientCertConfig config) : RequestFilter(name, actsOnResponse: false)
{
    /// <summary>Whole certificates.</summary>
    public const string PemHeader = "X-Forwarded-Tls-Client-Cert";

    /// <summary>Parts of them.</summary>
    public const string InfoHeader = "X-Forwarded-Tls-Client-Cert-Info";

    public override bool OnRequest(GatewayContext context)
    {
        var connection = context.Connection;
        if (connection.ClientCertificates is not { Length: > 0 } certificates)
        {
            return true;
        }

        // The same for every request of a connection; one that alternates between two routers makes it again.
        var text = connection.ClientCertificateText;
        if (!ReferenceEquals(text?.Owner, this))
        {
            text = new ClientCertificateText(
                this,
                config.Pem ? string.Join(',', certificates.Select(static der => Convert.ToBase64String(der))) : null,
                config.Info is { } info ? CertificateInfo.Write(info, certificates) : null);
            connection.ClientCertificateText = text;
        }

        var headers = context.Http.Request.Headers;
        if (text.Pem is not null)
        {
            headers[PemHeader] = text.Pem;
        }

        if (text.Info is not null)
        {
            headers[InfoHeader] = text.Info;
        }

        return true;
    }
}
