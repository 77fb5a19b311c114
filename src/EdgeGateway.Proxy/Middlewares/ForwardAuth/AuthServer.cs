using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;

namespace EdgeGateway.Proxy.Middlewares.ForwardAuth;

/// <summary>
/// Connections to authentication servers with one set of TLS settings. TLS is made here and not by the HTTP handler, with the same checks as
/// towards servers (<see cref="UpstreamTls"/>).
/// </summary>
internal sealed class AuthServer : IDisposable
{
    // Traefik's limit for the whole exchange.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly HttpRequestOptionsKey<bool> IsSecured = new("tls");

    private readonly UpstreamTls _tls;
    private readonly HttpMessageInvoker _invoker;
    private readonly TimeProvider _time;

    /// <summary>Prepares; nothing is connected yet.</summary>
    /// <exception cref="InvalidDataException">A certificate cannot be read; the message names it.</exception>
    public AuthServer(ClientTlsConfig? tls, TimeProvider time)
    {
        _time = time;
        _tls = new(
            new()
            {
                RootCAs = string.IsNullOrEmpty(tls?.Ca) ? [] : [tls.Ca],
                Certificates = string.IsNullOrEmpty(tls?.Cert) && string.IsNullOrEmpty(tls?.Key) ? [] : [new() { CertFile = tls.Cert, KeyFile = tls.Key }],
                InsecureSkipVerify = tls?.InsecureSkipVerify == true,
            },
            offersProtocols: false);
        _invoker = new(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan, // part of the limit of the whole
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90), // Go's
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>A limit for one exchange, its answer's body included.</summary>
    public CancellationTokenSource LimitFor(CancellationToken client, out CancellationTokenSource timer)
    {
        timer = new CancellationTokenSource(Limit, _time);
        return CancellationTokenSource.CreateLinkedTokenSource(client, timer.Token);
    }

    /// <summary>Sends a request; its answer's head is there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => _invoker.SendAsync(request, cancellation);

    /// <summary>A request for an address: in clear as far as the HTTP handler knows, which must not make TLS of its own.</summary>
    public static HttpRequestMessage RequestFor(Uri address, string method)
    {
        var request = new HttpRequestMessage(new(method), new UriBuilder(address) { Scheme = Uri.UriSchemeHttp, Port = address.Port }.Uri);
        request.Headers.Host = address.Authority;
        request.Options.Set(IsSecured, address.Scheme == Uri.UriSchemeHttps);
        return request;
    }

    /// <inheritdoc />
    public void Dispose() => _invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        // One host and port speaks either with TLS or without: the handler's pools need not tell them apart.
        var host = context.DnsEndPoint.Host.Trim('[', ']');
        _ = context.InitialRequestMessage.Options.TryGetValue(IsSecured, out var isSecured);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, context.DnsEndPoint.Port, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return isSecured ? await _tls.AuthenticateAsync(stream, host, offerHttp2: false, cancellation) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
