// One attempt of one request on one server, over HTTP/1.1 in clear:
//   1. Watch       the client's departure closes the connection to the server, whatever is being waited for
//   2. Connection  an idle one that still lives, else a fresh one; a repeated attempt always takes a fresh one
//   3. Request     head, and what is there of a small body, in one send
//   4. Upload      the rest of the body beside the answer; with Expect: 100-continue after the server's word, or a second
//   5. Heads       interim answers are passed on; a 101 becomes a tunnel; the final head is checked and copied
//   6. Answer      body and trailers as they come
//   7. End         the connection is kept if both messages ended as their framing says, else closed
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>Sends a request to a server and passes its answer on. One per context, reused with it.</summary>
internal sealed class Http1Exchange
{
    // Go's ExpectContinueTimeout as Traefik sets it: a server that says nothing gets the body.
    private static readonly TimeSpan ContinueAfter = TimeSpan.FromSeconds(1);

    private readonly GatewayContext _context;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly RequestUpload _upload;
    private readonly BodyProgress _progress = new();
    private Http1Connection? _connection;
    private CancellationTokenSource? _dialing;
    private ITimer? _headTimer;
    private ITimer? _continueTimer;
    private TimeSpan _headTimeout;
    private long _headDeadline = long.MaxValue;
    private OutgoingBuffer _output;
    private volatile bool _clientLeft;
    private volatile bool _expired;
    private bool _headReceived;
    private bool _hasInterim;
    private bool _interimPending;
    private bool _withholdsBody;
    private bool _wasReused;

    public Http1Exchange(GatewayContext context, TimeProvider time)
    {
        _context = context;
        _time = time;
        _upload = new RequestUpload(StartHeadTimer);
    }

    /// <summary>Makes the attempt.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AttemptOutcome> RunAsync(Server server, UpstreamTransport transport, bool passHost)
    {
        var http = _context.Http;
        var (framing, length) = FramingOf(http);
        Reset(transport);
        _context.Forwarding.ServerBytes = 0;

        // 1
        var departure = http.Request.Protocol is "HTTP/2" ? http.RequestAborted : _context.Connection.Departure;
        var watch = departure.UnsafeRegister(static exchange => ((Http1Exchange)exchange!).LeaveClient(), this);
        var reusable = false;
        try
        {
            // 2
            var pool = transport.PoolOf(server.Address);
            var connection = await ConnectAsync(pool, server, transport);

            // 3
            var upgrade = http.Request.Headers.Upgrade is { Count: > 0 } asked ? asked.ToString() : null;
            _upload.Prepare(framing == BodyFraming.None ? null : http.Request.BodyReader, connection, framing, length);
            RequestHead.Write(ref _output, _context, server, passHost, framing, length, upgrade);
            _withholdsBody = !_upload.IsComplete && ExpectsContinue(http.Request);
            if (!_upload.IsComplete && !_withholdsBody)
            {
                _upload.AppendFirst(ref _output);
            }

            await connection.SendAsync(_output.Written);
            _output.Return();

            // 4
            if (_upload.IsComplete)
            {
                StartHeadTimer();
            }
            else if (_withholdsBody)
            {
                StartContinueTimer();
            }
            else
            {
                _upload.Start();
            }

            // 5
            var head = connection.Head;
            while (true)
            {
                if (!connection.TryReadHead())
                {
                    if (!connection.Accept(await connection.ReceiveAsync()))
                    {
                        return Outcome(Read(connection.Received.IsEmpty ? null : new UnusableAnswerException("the server's answer ends within its head")), null);
                    }
                }
                else if (!head.IsInterim)
                {
                    break;
                }
                else
                {
                    await PassInterimAsync(head);
                }
            }

            NoteHead();
            if (head.Status == StatusCodes.Status101SwitchingProtocols)
            {
                return await SwitchAsync(connection, upgrade);
            }

            // 6
            if (_context.AnswerGate?.Refuses(head.Status) == true)
            {
                _context.Forwarding.ServerStatus = head.Status;
                reusable = IsWhole(connection, head) && !head.Closes && _upload.IsComplete && connection.Received.IsEmpty && !_clientLeft
                    && pool.TryKeep(connection);
                return Outcome(AttemptResult.Refused, null);
            }

            var answerFraming = AnswerHead.FramingOf(head, _context.Method);
            if (_withholdsBody && !_upload.HasBegun && HttpProtocol.IsHttp11(http.Request.Protocol))
            {
                // Where the body would be, the client may send it or its next request: nobody can tell (RFC 9110 §10.1.1).
                http.Response.Headers.Connection = "close";
            }

            AnswerHead.Copy(head, _context);
            if (answerFraming != BodyFraming.None)
            {
                await http.Response.StartAsync(CancellationToken.None);
                var there = await ServerBody.CopyAsync(connection, answerFraming, head.Length, http.Response.BodyWriter, _progress);
                _context.Forwarding.ServerBytes = _progress.Bytes;
                if (!there)
                {
                    return Outcome(AttemptResult.CutShort, null);
                }

                if (_progress.Trailers is { } trailers)
                {
                    await PassTrailersAsync(trailers);
                }
            }

            // 7
            reusable = answerFraming != BodyFraming.UntilClose && !head.Closes && _upload.IsComplete && connection.Received.IsEmpty && !_clientLeft
                && pool.TryKeep(connection);
            return AttemptOutcome.Answered;
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException or UnusableAnswerException
            || ReferenceEquals(e, _upload.ClientFault))
        {
            return Outcome(Read(e), e);
        }
        finally
        {
            // Waits if it is being called at this moment: the exchange is about to be used for another request.
            watch.Dispose();
            await EndAsync(reusable);
        }
    }

    private void Reset(UpstreamTransport transport)
    {
        _connection = null;
        _clientLeft = false;
        _expired = false;
        _headReceived = false;
        _hasInterim = false;
        _wasReused = false;
        _withholdsBody = false;
        _headTimeout = transport.ResponseHeaderTimeout;
        _progress.Begin(BodyFraming.None, 0);
    }

    // The client's own framing was checked by the HTTP engine; what goes out is framed anew (RFC 9112 §6.3).
    private static (BodyFraming Framing, long Length) FramingOf(HttpContext http)
    {
        if (!RepeatableRequests.HasBody(http) || http.Request.Headers.Upgrade.Count > 0)
        {
            // Go names the length of nothing for these three only.
            return http.Request.Method is "POST" or "PUT" or "PATCH" && http.Request.Headers.Upgrade.Count == 0
                ? (BodyFraming.Length, 0)
                : (BodyFraming.None, 0);
        }

        return http.Request.ContentLength is { } length ? (BodyFraming.Length, length) : (BodyFraming.Chunked, 0);
    }

    private async ValueTask<Http1Connection> ConnectAsync(Http1Pool pool, Server server, UpstreamTransport transport)
    {
        if (_context.Forwarding.Retries == 0)
        {
            while (pool.Take() is { } idle)
            {
                if (idle.TryBegin())
                {
                    _wasReused = true;
                    return Adopt(idle);
                }

                await idle.EndAsync();
            }
        }

        using var dialing = new CancellationTokenSource();
        _dialing = dialing;
        Interlocked.MemoryBarrier();
        if (_clientLeft)
        {
            throw new OperationCanceledException();
        }

        try
        {
            var fresh = new Http1Connection(await transport.DialAsync(server.Host, server.Port, dialing.Token), server.Address);
            _ = fresh.TryBegin(); // what it says is read where the answer is read
            return Adopt(fresh);
        }
        finally
        {
            _dialing = null;
        }
    }

    private Http1Connection Adopt(Http1Connection connection)
    {
        _connection = connection;
        Interlocked.MemoryBarrier();
        if (_clientLeft)
        {
            connection.Dispose();
        }

        return connection;
    }

    // Drops the body of an answer that nobody wants, as far as it is there; true when that was all of it.
    private bool IsWhole(Http1Connection connection, ResponseHead head)
    {
        var framing = AnswerHead.FramingOf(head, _context.Method);
        if (framing == BodyFraming.None)
        {
            return true;
        }

        var dropped = new PooledOutput();
        _progress.Begin(framing, head.Length);
        var isWhole = _progress.TryPass(connection, dropped) && _progress.IsAtEnd;
        dropped.Release();
        return isWhole;
    }

    private void NoteHead()
    {
        if (_context.Forwarding.HeadTimestamp == ForwardingRecord.Wanted)
        {
            _context.Forwarding.HeadTimestamp = _time.GetTimestamp();
        }

        if (!_withholdsBody && _headTimeout <= TimeSpan.Zero)
        {
            _headReceived = true; // no timer looks at it
            return;
        }

        lock (_gate)
        {
            _headReceived = true;
        }
    }

    private async ValueTask PassInterimAsync(ResponseHead head)
    {
        ValueTask<bool> passing;
        _hasInterim = true;
        lock (_gate)
        {
            if (head.Status == StatusCodes.Status100Continue && ExpectsContinue(_context.Http.Request) && !_upload.IsComplete)
            {
                // The HTTP engine says 100 to the client by itself when the body is first read.
                if (_withholdsBody && !_upload.HasBegun)
                {
                    _upload.Start();
                }

                return;
            }

            passing = AnswerHead.PassInterim(head, _context);
            _interimPending = !passing.IsCompleted;
        }

        await passing;
        _interimPending = false;
    }

    private async ValueTask<AttemptOutcome> SwitchAsync(Http1Connection connection, string? asked)
    {
        if (asked is null || !string.Equals(connection.Head.Find("Upgrade"), asked, StringComparison.OrdinalIgnoreCase)
            || _context.Http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } feature)
        {
            _headReceived = false;
            throw new UnusableAnswerException("the server switches to a protocol that was not asked for");
        }

        AnswerHead.CopySwitch(connection.Head, _context);
        _context.Connection.IsTunnel = true;
        var client = await feature.UpgradeAsync();
        _context.Forwarding.ServerBytes = await Tunnel.RelayAsync(client, _context.Connection, connection);
        return AttemptOutcome.Answered;
    }

    private async ValueTask PassTrailersAsync(List<KeyValuePair<string, string>> trailers)
    {
        // Everything before them must have left: they go where the end of the body is written.
        await _context.Http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        foreach (var (name, value) in trailers)
        {
            _context.AddTrailer(name, value);
        }
    }

    private static bool ExpectsContinue(HttpRequest request) =>
        request.Headers.Expect is { Count: > 0 } expect && Routing.ConnectionHeaders.HasToken(expect.ToString(), "100-continue");

    private void StartHeadTimer()
    {
        if (_headTimeout <= TimeSpan.Zero)
        {
            return;
        }

        Volatile.Write(ref _headDeadline, _time.GetTimestamp() + _time.Ticks(_headTimeout));
        _headTimer ??= _time.CreateTimer(static exchange => ((Http1Exchange)exchange!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _headTimer.Change(_headTimeout, Timeout.InfiniteTimeSpan);
    }

    // A timer of an earlier request may still come, and one may come some milliseconds early (its clock is a coarser one): the deadline tells.
    private void Expire()
    {
        lock (_gate)
        {
            var deadline = Volatile.Read(ref _headDeadline);
            if (_headReceived || deadline == long.MaxValue)
            {
                return;
            }

            if (deadline - _time.GetTimestamp() is > 0 and var left)
            {
                _headTimer?.Change(TimeSpan.FromSeconds((double)left / _time.TimestampFrequency) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            _expired = true;
            _connection?.Dispose();
        }
    }

    private void StartContinueTimer()
    {
        _continueTimer?.Dispose();
        _continueTimer = _time.CreateTimer(static exchange => ((Http1Exchange)exchange!).ContinueUnasked(), this, ContinueAfter, Timeout.InfiniteTimeSpan);
    }

    private void ContinueUnasked()
    {
        lock (_gate)
        {
            if (!_withholdsBody || _headReceived || _upload.HasBegun)
            {
                return;
            }

            if (_interimPending)
            {
                // The engine would write its 100 into the middle of it.
                _continueTimer?.Change(TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
                return;
            }

            _upload.Start();
        }
    }

    private void LeaveClient()
    {
        _clientLeft = true;
        Interlocked.MemoryBarrier();
        _connection?.Dispose();
        try
        {
            _dialing?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Connected just now; the flag is looked at.
        }
    }

    private async ValueTask EndAsync(bool kept)
    {
        Volatile.Write(ref _headDeadline, long.MaxValue);
        if (_headTimeout > TimeSpan.Zero)
        {
            _headTimer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        if (_withholdsBody)
        {
            lock (_gate)
            {
                _withholdsBody = false;
                _continueTimer?.Dispose();
                _continueTimer = null;
            }
        }

        _context.Forwarding.ClientBytes = Math.Max(_context.Forwarding.ClientBytes, _upload.Bytes);
        if (!kept && _connection is { } connection)
        {
            connection.Dispose();
            await _upload.StopAsync();
            await connection.EndAsync();
        }

        _connection = null;
        _output.Return();
    }

    private AttemptResult Read(Exception? fault)
    {
        if (_headReceived || _context.Http.Response.HasStarted)
        {
            return AttemptResult.CutShort;
        }

        if (_expired)
        {
            return AttemptResult.TimedOut;
        }

        if (_clientLeft || _context.Http.RequestAborted.IsCancellationRequested)
        {
            return AttemptResult.ClientLeft;
        }

        return (_upload.ClientFault, fault) switch
        {
            ({ } client, _) when _connection is not null || ReferenceEquals(client, fault) => ForwarderErrors.OfClientBody(client),
            (_, UpstreamConnectException connect) => connect.Result,
            (_, UnusableAnswerException) => AttemptResult.Unusable,

            // An interim answer and then nothing: begun and cut, as in Traefik.
            _ when _hasInterim => AttemptResult.Unusable,
            _ => AttemptResult.ClosedBeforeAnswer,
        };
    }

    private AttemptOutcome Outcome(AttemptResult result, Exception? fault) => new(
        result,
        result is not (AttemptResult.ConnectFailed or AttemptResult.ConnectTimedOut) && RepeatableRequests.HasBody(_context.Http),
        fault,
        result == AttemptResult.ClosedBeforeAnswer && _wasReused);
}
