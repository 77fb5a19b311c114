using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Client;

/// <summary>Builds the HTTP handler for one address: TCP, TLS or unix socket. No proxy, no cookies, no redirects: it is an API next door.</summary>
internal static class NomadHandler
{
    /// <summary>Stays far below Nomad's 100 connections per client address, which every local process shares (nomad-api §10).</summary>
    private const int MaxConnections = 16;

    /// <exception cref="ConfigurationException">EG-NOMAD-TLSFILES: a PEM file cannot be used.</exception>
    public static SocketsHttpHandler Create(NomadAddress address, NomadTlsOptions? tls, TimeSpan connectTimeout)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = MaxConnections,
            ConnectTimeout = connectTimeout,
            // Names may move; a watchdog query lives at most about a minute anyway.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (address.SocketPath is { } path)
        {
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(
                new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), cancellation);
        }
        else if (address.BaseUri.Scheme == Uri.UriSchemeHttps && tls is not null)
        {
            handler.SslOptions = TlsOptions(tls);
            if (tls.ServerName is not null)
            {
                // The handler takes SNI and the verified name from the request's URI; the real address is dialled here.
                handler.ConnectCallback = (_, cancellation) => ConnectAsync(
                    new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
                    new System.Net.DnsEndPoint(address.BaseUri.IdnHost, address.BaseUri.Port), cancellation);
            }
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(Socket socket, System.Net.EndPoint endPoint, CancellationToken cancellation)
    {
        try
        {
            await socket.ConnectAsync(endPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(NomadTlsOptions tls)
    {
        var options = new SslClientAuthenticationOptions();
        if (tls.Ca is not null)
        {
            var roots = new X509Certificate2Collection();
            Load(tls.Ca, () => roots.ImportFromPemFile(tls.Ca));
            if (roots.Count == 0)
            {
                throw Wrong(tls.Ca, "it holds no certificate");
            }

            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (tls.Cert is null != tls.Key is null)
        {
            throw Wrong(tls.Cert ?? tls.Key!, "a client certificate needs both cert and key");
        }

        if (tls.Cert is not null)
        {
            X509Certificate2? own = null;
            Load(tls.Cert, () => own = X509Certificate2.CreateFromPemFile(tls.Cert, tls.Key));
            options.ClientCertificates = [own!];
        }

        if (tls.InsecureSkipVerify)
        {
#pragma warning disable CA5359 // The user asked for it: endpoint.tls.insecureSkipVerify.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return options;
    }

    private static void Load(string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw Wrong(file, error.Message);
        }
    }

    private static ConfigurationException Wrong(string file, string why) => new(new ConfigurationProblem(
        "EG-NOMAD-TLSFILES", ProblemSeverity.Error, new SourceLocation("providers.nomad.endpoint.tls"), $"TLS file \"{file}\" for Nomad: {why}"));
}
