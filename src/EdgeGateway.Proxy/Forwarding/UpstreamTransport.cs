using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding.Http1;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Connections to servers with one set of settings; Go's transport settings where the user gave none (dotnet §2.3).</summary>
public sealed class UpstreamTransport : IDisposable
{
    // Go's dialer as Traefik sets it: a probe every 30 s.
    private const int KeepAliveSeconds = 30;

    private readonly TimeProvider _time;
    private readonly ConditionalWeakTable<ServerAddress, Http1Pool> _pools = [];

    /// <summary>Makes a transport.</summary>
    /// <exception cref="InvalidDataException">A certificate cannot be read or a TLS version is unknown; the message names it.</exception>
    internal UpstreamTransport(ServersTransportConfig config, TimeProvider? time = null)
    {
        Config = config;
        _time = time ?? TimeProvider.System;
        Tls = new UpstreamTls(config);
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

    /// <summary>TLS to its servers.</summary>
    internal UpstreamTls Tls { get; }

    /// <summary>The settings.</summary>
    internal ServersTransportConfig Config { get; }

    /// <summary>Sends requests.</summary>
    internal HttpMessageInvoker Invoker { get; }

    /// <summary>From the request's last byte to the response head (YARP: from the attempt's begin); none when zero.</summary>
    internal TimeSpan ResponseHeaderTimeout => Config.ForwardingTimeouts.ResponseHeaderTimeout;

    /// <summary>True: HTTP/2 is offered to https servers.</summary>
    internal bool OffersHttp2 => !Config.DisableHTTP2;

    /// <summary>True when an end before the first byte of an answer is told by <see cref="UpstreamClosedException"/>: HTTP/1.1 in clear.</summary>
    internal static bool Watches(Server server, Version version) => version.Major == 1 && server.Scheme != "https";

    /// <inheritdoc />
    public void Dispose()
    {
        Invoker.Dispose();
        foreach (var (_, pool) in _pools)
        {
            pool.Dispose();
        }
    }

    /// <summary>The idle connections of our own forwarder to an address.</summary>
    internal Http1Pool PoolOf(ServerAddress address) => _pools.TryGetValue(address, out var pool)
        ? pool
        : _pools.GetValue(address, _ => new Http1Pool(Config, _time));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var request = context.InitialRequestMessage;
        var server = ((ServerUri)request.RequestUri!).Server;
        var connection = new UpstreamConnection(await DialAsync(server.Host, server.Port, cancellation), server.Address, Watches(server, request.Version));
        if (server.Scheme != "https")
        {
            return connection;
        }

        try
        {
            return await Tls.AuthenticateAsync(connection, server.Host, OffersHttp2 && request.Version.Major == 2, cancellation);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects within <c>dialTimeout</c>.</summary>
    /// <exception cref="UpstreamConnectException">It failed.</exception>
    internal async ValueTask<Socket> DialAsync(string host, int port, CancellationToken cancellation)
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
            if (IPAddress.TryParse(host, out var ip))
            {
                await socket.ConnectAsync(new IPEndPoint(ip, port), timer.Token);
            }
            else
            {
                await socket.ConnectAsync(new DnsEndPoint(host, port), timer.Token);
            }

            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            return socket;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new UpstreamConnectException(AttemptResult.ConnectTimedOut, $"{host}:{port}: no connection within {limit.TotalSeconds:F0} s", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var result = e.SocketErrorCode == SocketError.TimedOut ? AttemptResult.ConnectTimedOut : AttemptResult.ConnectFailed;
            throw new UpstreamConnectException(result, $"{host}:{port}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
