using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Connections to servers with one set of settings; Go's transport settings where the user gave none (dotnet §2.3).</summary>
public sealed class UpstreamTransport : IDisposable
{
    // Go's default TLS handshake limit towards a server.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly ServersTransportConfig _config;
    private readonly X509Certificate2Collection? _roots;

    internal UpstreamTransport(ServersTransportConfig config, X509Certificate2Collection? roots)
    {
        _config = config;
        _roots = roots;
        var timeouts = config.ForwardingTimeouts;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = timeouts.IdleConnTimeout > TimeSpan.Zero ? timeouts.IdleConnTimeout : Timeout.InfiniteTimeSpan,
            ConnectTimeout = timeouts.DialTimeout > TimeSpan.Zero ? timeouts.DialTimeout : Timeout.InfiniteTimeSpan,
            EnableMultipleHttp2Connections = true,

            // In KiB: a server's head may be as large as a client's.
#pragma warning disable CA2262 // Kibibytes are meant.
            MaxResponseHeadersLength = 1024,
#pragma warning restore CA2262
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        Invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends requests.</summary>
    internal HttpMessageInvoker Invoker { get; }

    /// <summary>From the request's end to the response head; none when zero.</summary>
    internal TimeSpan ResponseHeaderTimeout => _config.ForwardingTimeouts.ResponseHeaderTimeout;

    /// <summary>True: HTTP/2 is offered to https servers.</summary>
    internal bool OffersHttp2 => !_config.DisableHTTP2;

    /// <inheritdoc />
    public void Dispose() => Invoker.Dispose();

    // TLS is done here and not by the handler, which would take the server name from the client's Host header.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps
                ? await SecureAsync(stream, context, cancellation)
                : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream stream, SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var tls = new SslStream(stream);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = string.IsNullOrEmpty(_config.ServerName) ? context.DnsEndPoint.Host : _config.ServerName,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = OffersHttp2 && context.InitialRequestMessage.Version.Major == 2
                ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                : [SslApplicationProtocol.Http11],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (_config.InsecureSkipVerify)
        {
            // The user asked for it by name: insecureSkipVerify.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (_roots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_roots);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeTimeout);
        await tls.AuthenticateAsClientAsync(options, limit.Token);
        return tls;
    }
}
