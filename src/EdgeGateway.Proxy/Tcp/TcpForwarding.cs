using System.Net.Security;
using System.Net.Sockets;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.EntryPoints.ProxyProtocol;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Layer4;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>
/// A connection that a TCP router took:
/// <list type="number">
/// <item>its middlewares let it in, or it is closed without a word;</item>
/// <item>a server is connected; one that refuses or does not answer costs an attempt, and the next one is tried;</item>
/// <item>only then TLS is made with the client, if it ends here: a server that is away shows as a cut handshake, as in Traefik;</item>
/// <item>bytes go both ways until both sides have ended.</item>
/// </list>
/// </summary>
internal sealed partial class TcpForwarding(TimeProvider time, ILogger<TcpForwarding> logger)
{
    // A refused connect costs nothing, every server gets its chance. One that times out costs dialTimeout: as for HTTP, three at most.
    private const int MaxTimeouts = 3;

    private static readonly byte[] SslRequest = [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F];

    private long _refused;
    private long _unreachable;

    /// <summary>Connections that a middleware did not let in.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Connections for which no server could be reached.</summary>
    public long Unreachable => Volatile.Read(ref _unreachable);

    /// <summary>Serves the connection to its end; the caller closes the client's socket.</summary>
    /// <param name="router">The router.</param>
    /// <param name="connection">The client.</param>
    /// <param name="socket">Its socket.</param>
    /// <param name="opening">What was read of it goes to the server unless TLS ends here; its buffer is given back then.</param>
    /// <param name="handshake">Makes TLS with the client, null when that failed; null = TLS does not end here.</param>
    /// <param name="agrees">False when the hello cannot lead to a connection: the handshake then fails before any server is asked.</param>
    /// <param name="startTls">The client asked for TLS with a PostgreSQL SSLRequest.</param>
    /// <param name="cancellation">Gives up connecting.</param>
    public async Task<TcpOutcome> ServeAsync(
        TcpRouterModel router, Connection connection, Socket socket, ClientOpening opening, Func<Task<SslStream?>>? handshake,
        bool agrees, bool startTls, CancellationToken cancellation)
    {
        var peer = connection.Peer.Address;
        var entered = 0;
        var outcome = default(TcpOutcome);
        SslStream? tls = null;
        TcpUpstream? upstream = null;
        try
        {
            // Step 1.
            foreach (var middleware in router.Middlewares)
            {
                if (!middleware.TryEnter(peer))
                {
                    Interlocked.Increment(ref _refused);
                    connection.SetEnd(middleware.Refusal);
                    LogRefused(logger, router.Name, middleware.Name, connection.PeerAddressText);
                    return outcome;
                }

                entered++;
            }

            // Step 2.
            if (handshake is not null && router.TlsOptions.Model is null)
            {
                connection.SetEnd(ConnectionEnd.HandshakeFailed);
                return outcome;
            }

            if (handshake is not null && !agrees)
            {
                tls = await handshake();
                if (tls is null)
                {
                    return outcome;
                }
            }

            (upstream, var target, outcome) = await ConnectAsync(router, connection, cancellation);
            if (upstream is null)
            {
                connection.SetEnd(cancellation.IsCancellationRequested ? ConnectionEnd.Aborted : ConnectionEnd.NoServer);
                return outcome;
            }

            if (startTls && handshake is null && !await AskForTlsAsync(upstream, cancellation))
            {
                connection.SetEnd(cancellation.IsCancellationRequested ? ConnectionEnd.Aborted : ConnectionEnd.NoServer);
                return outcome;
            }

            // Step 3.
            if (handshake is not null && tls is null)
            {
                tls = await handshake();
                if (tls is null)
                {
                    return outcome;
                }
            }

            // Step 4.
            Volatile.Write(ref connection.Deadline, 0);
            var relay = new TcpRelay(
                connection, new(socket, tls), new(upstream.Socket, upstream.Tls), target.Transport.TerminationDelay, target.Limits, time);
            outcome.Relay = relay;
            if (handshake is not null)
            {
                opening.Dispose();
            }

            await relay.RunAsync(opening);
            return outcome;
        }
        finally
        {
            for (var i = 0; i < entered; i++)
            {
                router.Middlewares[i].Leave(peer);
            }

            upstream?.Dispose();
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }
        }
    }

    private async ValueTask<(TcpUpstream? Upstream, TcpTarget Target, TcpOutcome Outcome)> ConnectAsync(
        TcpRouterModel router, Connection connection, CancellationToken cancellation)
    {
        var outcome = default(TcpOutcome);
        var timeouts = 0;
        while (timeouts < MaxTimeouts && router.Service.TryChoose(outcome.Failed, out var target))
        {
            var header = target.Transport.ProxyProtocol == 0
                ? default
                : ProxyHeaderWriter.Write(target.Transport.ProxyProtocol, connection.Peer, connection.Local);
            outcome.Service = target.State.Name;
            var started = time.GetTimestamp();
            try
            {
                var upstream = await TcpUpstream.ConnectAsync(target.Server, target.Server.Port, target.Transport, header, cancellation);
                outcome.Server = target.Server;
                outcome.ConnectTime = time.GetElapsedTime(started);
                outcome.ProxyHeader = header?.Length ?? 0;
                return (upstream, target, outcome);
            }
            catch (UpstreamConnectException e)
            {
                target.Server.Avoid(time);
                outcome.Failed ??= [];
                outcome.Failed.Add(target.Server);
                timeouts += e.Result == AttemptResult.ConnectTimedOut ? 1 : 0;
                LogConnectFailed(logger, router.Name, target.State.Name, e.Message);
            }
            catch (OperationCanceledException)
            {
                return (null, default, outcome);
            }
        }

        Interlocked.Increment(ref _unreachable);
        LogUnreachable(logger, router.Name, router.Service.Name, outcome.Failed?.Count ?? 0);
        return (null, default, outcome);
    }

    /// <summary>A server that gets the client's TLS as it is must be asked for it first, as the client asked us.</summary>
    private static async ValueTask<bool> AskForTlsAsync(TcpUpstream upstream, CancellationToken cancellation)
    {
        try
        {
            ReadOnlyMemory<byte> request = SslRequest;
            while (!request.IsEmpty)
            {
                request = request[await upstream.Socket.SendAsync(request, SocketFlags.None, cancellation)..];
            }

            var answer = new byte[1];
            return await upstream.Socket.ReceiveAsync(answer, SocketFlags.None, cancellation) == 1 && answer[0] == (byte)'S';
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "TCP router {Router}: middleware {Middleware} closes a connection of {Client}")]
    private static partial void LogRefused(ILogger logger, string router, string middleware, string client);

    [LoggerMessage(Level = LogLevel.Warning, Message = "TCP router {Router}: service {Service}: {Reason}; the next server is tried [EG-TCP-CONNECT]")]
    private static partial void LogConnectFailed(ILogger logger, string router, string service, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "TCP router {Router}: service {Service} has no server that can be reached ({Tried} tried), the connection is closed [EG-TCP-SERVERS]")]
    private static partial void LogUnreachable(ILogger logger, string router, string service, int tried);
}
