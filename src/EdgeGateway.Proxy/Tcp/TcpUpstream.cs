using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>A connection to a server of a TCP service: socket, and TLS over it where the server wants it.</summary>
internal sealed class TcpUpstream : IDisposable
{
    private TcpUpstream(Socket socket, SslStream? tls) => (Socket, Tls) = (socket, tls);

    /// <summary>The socket.</summary>
    public Socket Socket { get; }

    /// <summary>TLS over it; null = plain.</summary>
    public SslStream? Tls { get; }

    /// <summary>Connects, sends the PROXY header, then makes TLS.</summary>
    /// <param name="server">The server.</param>
    /// <param name="port">Its port, or the one of a health check.</param>
    /// <param name="transport">Time limit, keep-alive and TLS.</param>
    /// <param name="proxyHeader">What goes before everything else; empty = nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UpstreamConnectException">It failed, or took longer than <c>dialTimeout</c>.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static async ValueTask<TcpUpstream> ConnectAsync(
        Layer4Server server, int port, TcpTransport transport, ReadOnlyMemory<byte> proxyHeader, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (transport.DialTimeout > TimeSpan.Zero)
        {
            limit.CancelAfter(transport.DialTimeout);
        }

        var socket = server.EndPoint is { } known
            ? new Socket(known.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            if (server.EndPoint is { } address)
            {
                await socket.ConnectAsync(port == address.Port ? address : new IPEndPoint(address.Address, port), limit.Token);
            }
            else
            {
                await socket.ConnectAsync(new DnsEndPoint(server.Host, port), limit.Token);
            }

            KeepAlive(socket, transport.Config.DialKeepAlive);
            while (!proxyHeader.IsEmpty)
            {
                proxyHeader = proxyHeader[await socket.SendAsync(proxyHeader, SocketFlags.None, limit.Token)..];
            }

            if (!server.IsTls)
            {
                return new(socket, null);
            }

            var tls = await transport.Tls.AuthenticateAsync(new NetworkStream(socket, ownsSocket: false), server.Host, offerHttp2: false, limit.Token);
            return new(socket, tls);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new UpstreamConnectException(
                AttemptResult.ConnectTimedOut, $"{server.Text}: no connection within {transport.DialTimeout.TotalSeconds:0.###} s", e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var result = e.SocketErrorCode == SocketError.TimedOut ? AttemptResult.ConnectTimedOut : AttemptResult.ConnectFailed;
            throw new UpstreamConnectException(result, $"{server.Text}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Tls?.Dispose();
        Socket.Dispose();
    }

    // Go's dialer: the period is both the idle time and the interval of the probes; negative = off.
    private static void KeepAlive(Socket socket, TimeSpan period)
    {
        if (period < TimeSpan.Zero)
        {
            return;
        }

        var seconds = period > TimeSpan.Zero ? (int)Math.Ceiling(Math.Min(period.TotalSeconds, short.MaxValue)) : 15;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds);
    }
}
