using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using EdgeGateway.Proxy.Middlewares.PassTLSClientCert;
using EdgeGateway.Proxy.Observability.AccessLog;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>One client socket of a TCP entry point (design decision 3). Requests, log and metrics point to it.</summary>
public sealed class Connection
{
    private IConnectionControl? _control;
    private int _requestsRunning;
    private int _requests;
    private long _bytesRead;
    private long _bytesWritten;
    private int _end;
    private readonly Lock _watching = new();
    private List<RequestLimits>? _watched;

    /// <summary>Unique in this process; also the engine's connection ID. Empty for a connection without a socket (tests).</summary>
    public string Id { get; init; } = "";

    /// <summary>Name of the entry point that accepted it.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>Peer, IPv4-mapped addresses unwrapped; the source named by the PROXY protocol once that was read.</summary>
    public required IPEndPoint Peer { get; set; }

    /// <summary>The peer of the socket where the PROXY protocol named another one in <see cref="Peer"/>; else null.</summary>
    internal IPEndPoint? ProxyPeer { get; set; }

    /// <summary>Bytes of <see cref="BytesRead"/> that were a PROXY header, or were meant to be one.</summary>
    internal int ProxyHeaderLength { get; set; }

    /// <summary>Our side of the socket, IPv4-mapped addresses unwrapped.</summary>
    public required IPEndPoint Local { get; set; }

    /// <summary>When the socket was accepted.</summary>
    public DateTimeOffset AcceptedAt { get; init; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> of the accept; base of <c>keepAliveMaxTime</c>.</summary>
    public long AcceptedTimestamp { get; init; }

    /// <summary>True when TLS is terminated here.</summary>
    public bool IsTls { get; set; }

    /// <summary>Name in the ClientHello, lower case; null without TLS or SNI.</summary>
    public string? Sni { get; set; }

    /// <summary>Protocol that was negotiated by ALPN (<c>h2</c>, <c>http/1.1</c>); null without TLS or without ALPN.</summary>
    public string? Alpn { get; set; }

    /// <summary>True when HTTP/2 is spoken, by ALPN or by prior knowledge.</summary>
    public bool IsHttp2 { get; set; }

    /// <summary>TLS version of the handshake; None without TLS.</summary>
    public SslProtocols TlsVersion { get; set; }

    /// <summary><c>1.3</c>, <c>1.2</c>, as log and metrics say it; empty without TLS.</summary>
    internal string TlsVersionText => TlsVersion switch
    {
        SslProtocols.Tls13 => "1.3",
        SslProtocols.Tls12 => "1.2",
        SslProtocols.None => "",
        var other => other.ToString(),
    };

    /// <summary>Cipher suite of the handshake; null without TLS.</summary>
    public TlsCipherSuite? TlsCipher { get; set; }

    /// <summary>Name of the set of TLS options of the handshake.</summary>
    public string TlsOptions { get; set; } = TlsOptionsModel.DefaultName;

    /// <summary>
    /// Certificates that the client showed, as DER: its own first, verified as far as the TLS options ask for it, then the others as sent;
    /// empty without one.
    /// </summary>
    internal byte[][] ClientCertificates { get; set; } = [];

    /// <summary>What the last filter made of them, so that each request need not; see <c>PassTLSClientCertFilter</c>.</summary>
    internal ClientCertificateText? ClientCertificateText { get; set; }

    /// <summary>Who is calling, filled by whoever knows (whois, client certificate); null until then.</summary>
    public object? Identity { get; set; }

    /// <summary>Bytes received at the socket, TLS records included.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Bytes sent at the socket, TLS records included.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Requests taken up so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How it ended; <see cref="ConnectionEnd.Open"/> until then. The first cause stays.</summary>
    public ConnectionEnd End => (ConnectionEnd)Volatile.Read(ref _end);

    /// <summary>Peer as <c>address:port</c>, made once per connection for the access log.</summary>
    internal string PeerText => field ??= Peer.ToString();

    /// <summary>Subject of the client's certificate for the access log, made once per connection; empty without one.</summary>
    internal string ClientSubject => field ??= ClientCertificates.Length == 0 ? "" : SubjectText.Of(ClientCertificates[0]);

    /// <summary>Peer address as text, made once per connection for forwarded headers and the access log.</summary>
    public string PeerAddressText => field ??= Peer.Address.ToString();

    /// <summary>True while the handler has at least one request of this connection.</summary>
    internal bool HasRunningRequest => Volatile.Read(ref _requestsRunning) > 0;

    /// <summary>Fires when the client is gone, or has half-closed while its HTTP/1 request runs. Never cancelled for a connection without a socket.</summary>
    internal CancellationToken Departure { get; set; }

    /// <summary>True once it relays another protocol: the client's FIN ends one direction and is no departure.</summary>
    internal bool IsTunnel { get; set; }

    /// <summary>Trailer section for the HTTP/1.1 answer that runs, each line with its end; null for none.</summary>
    internal ArrayBufferWriter<byte>? Trailers { get; set; }

    /// <summary>Writes to the client below the HTTP engine; null without a socket.</summary>
    internal ClientPipe? Pipe { get; set; }

    /// <summary>True until the head of the answer to an HTTP/1.0 request is written: it says HTTP/1.0, which the engine never does.</summary>
    internal bool AnswersHttp10 { get; set; }

    /// <summary>The answer that replaces the engine's own to a request that it refused; null if none did.</summary>
    internal RefusedRequest? Refused { get; set; }

    /// <summary>The connections of its entry point.</summary>
    internal Crowd? Crowd { get; init; }

    /// <summary>True when there are so many that an idle one holds no buffers.</summary>
    internal bool IsInCrowd => Crowd is { IsLarge: true };

    /// <summary><see cref="TimeProvider.GetTimestamp"/> at which the entry point gives up waiting for the opening; 0 = never.</summary>
    internal long Deadline;

    /// <summary>No further request after those that run: <c>Connection: close</c>, or GOAWAY. Idempotent.</summary>
    public void RequestClose() => _control?.RequestClose();

    /// <summary>Ends it now, hard: the client sees a reset, never a clean end. Idempotent.</summary>
    public void Abort() => _control?.Abort(ConnectionEnd.Aborted);

    /// <summary>Sends the head of an interim (1xx) answer to an HTTP/1.1 client whose answer has not begun; false when it could not be sent.</summary>
    internal ValueTask<bool> PassInterimAsync(ReadOnlySpan<byte> head) => Pipe is null || IsHttp2 ? new(false) : Pipe.PassInterimAsync(head);

    /// <summary>Ends our direction of a tunnel: close_notify and FIN.</summary>
    internal ValueTask EndSendingAsync() => Pipe is null ? default : Pipe.EndSendingAsync();

    internal void Attach(IConnectionControl control) => _control = control;

    internal void Look(long now) => _control?.Look(now);

    internal void Abort(ConnectionEnd end) => _control?.Abort(end);

    internal void SetEnd(ConnectionEnd end) => Interlocked.CompareExchange(ref _end, (int)end, (int)ConnectionEnd.Open);

    // One reader and one writer per socket: plain additions are enough, readers elsewhere see a torn-free long.
    internal void AddRead(int bytes) => Volatile.Write(ref _bytesRead, _bytesRead + bytes);

    internal void AddWritten(int bytes) => Volatile.Write(ref _bytesWritten, _bytesWritten + bytes);

    /// <summary>Counts a request in; returns its number on this connection, from 1.</summary>
    internal int RequestStarted()
    {
        Interlocked.Increment(ref _requestsRunning);
        return Interlocked.Increment(ref _requests);
    }

    internal void RequestEnded() => Interlocked.Decrement(ref _requestsRunning);

    /// <summary>A request with a time limit begins.</summary>
    internal void Watch(RequestLimits request)
    {
        lock (_watching)
        {
            (_watched ??= []).Add(request);
        }
    }

    /// <summary>It ended: it is left alone from here on, since its context may serve another request.</summary>
    internal void Unwatch(RequestLimits request)
    {
        lock (_watching)
        {
            _watched!.Remove(request);
        }
    }

    /// <summary>Ends requests that took too long.</summary>
    internal void LookAtRequests(long now)
    {
        if (Volatile.Read(ref _watched) is not { Count: > 0 } watched)
        {
            return;
        }

        lock (_watching)
        {
            // Backwards: a request that is cut may end on this very thread, and leave the list.
            for (var i = watched.Count - 1; i >= 0; i--)
            {
                if (i < watched.Count)
                {
                    watched[i].Look(now);
                }
            }
        }
    }
}
