using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Connections to servers with one set of settings; Go's transport settings where the user gave none (dotnet §2.3).</summary>
public sealed class UpstreamTransport : IDisposable
{
    // Go's dialer as Traefik sets it: a probe every 30 s.
    private const int KeepAliveSeconds = 30;

    private readonly UpstreamTls _tls;

    /// <summary>Makes a transport.</summary>
    /// <exception cref="InvalidDataException">A certificate cannot be read or a TLS version is unknown; the message names it.</exception>
    internal UpstreamTransport(ServersTransportConfig config)
    {
        Config = config;
        _tls = new UpstreamTls(config);
        var timeouts = config.ForwardingTimeouts;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,

            // Trace headers are the gateway's matter; without a propagator the handler has no diagnostics stage at all.
            ActivityHeadersPropagator = null,

            // A negative maxIdleConnsPerHost: no connection is used twice. Otherwise the number is no limit here (docs/compatibility.md).
            PooledConnectionLifetime = config.MaxIdleConnsPerHost < 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = timeouts.IdleConnTimeout > TimeSpan.Zero ? timeouts.IdleConnTimeout : Timeout.InfiniteTimeSpan,

            // Limits are kept in the callback, which tells a slow connect from a slow answer.
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = timeouts.ReadIdleTimeout > TimeSpan.Zero ? timeouts.ReadIdleTimeout : Timeout.InfiniteTimeSpan,
            KeepAlivePingTimeout = timeouts.PingTimeout > TimeSpan.Zero ? timeouts.PingTimeout : Timeout.InfiniteTimeSpan,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,

            // Go's limit is 10 MiB (http.Transport.MaxResponseHeaderBytes). In KiB.
#pragma warning disable CA2262 // Kibibytes are meant.
            MaxResponseHeadersLength = 10 * 1024,
#pragma warning restore CA2262
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        Invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>The settings.</summary>
    internal ServersTransportConfig Config { get; }

    /// <summary>Sends requests.</summary>
    internal HttpMessageInvoker Invoker { get; }

    /// <summary>From the attempt's begin to the response head; none when zero.</summary>
    internal TimeSpan ResponseHeaderTimeout => Config.ForwardingTimeouts.ResponseHeaderTimeout;

    /// <summary>True: HTTP/2 is offered to https servers.</summary>
    internal bool OffersHttp2 => !Config.DisableHTTP2;

    /// <summary>True when an end before the first byte of an answer is told by <see cref="UpstreamClosedException"/>: HTTP/1.1 in clear.</summary>
    internal static bool Watches(Server server, Version version) => version.Major == 1 && server.Scheme != "https";

    /// <inheritdoc />
    public void Dispose() => Invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var request = context.InitialRequestMessage;
        var server = ((ServerUri)request.RequestUri!).Server;
        var connection = new UpstreamConnection(await DialAsync(context.DnsEndPoint, cancellation), server.Address, Watches(server, request.Version));
        server.Address.Prove();
        if (server.Scheme != "https")
        {
            return connection;
        }

        try
        {
            return await _tls.AuthenticateAsync(connection, server.Host, OffersHttp2 && request.Version.Major == 2, cancellation);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async ValueTask<Socket> DialAsync(DnsEndPoint address, CancellationToken cancellation)
    {
        var limit = Config.ForwardingTimeouts.DialTimeout;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (limit > TimeSpan.Zero)
        {
            timer.CancelAfter(limit);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // An address needs no resolver, and no thread to wait for one.
            if (IPAddress.TryParse(address.Host, out var ip))
            {
                await socket.ConnectAsync(new IPEndPoint(ip, address.Port), timer.Token);
            }
            else
            {
                await socket.ConnectAsync(address, timer.Token);
            }

            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            return socket;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new UpstreamConnectException(AttemptResult.ConnectTimedOut, $"{address.Host}:{address.Port}: no connection within {limit.TotalSeconds:F0} s", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var result = e.SocketErrorCode == SocketError.TimedOut ? AttemptResult.ConnectTimedOut : AttemptResult.ConnectFailed;
            throw new UpstreamConnectException(result, $"{address.Host}:{address.Port}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
