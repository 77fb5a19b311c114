using System.Buffers;
using EdgeGateway.Proxy.EntryPoints.ProxyProtocol;
using System.Net.Security;
using System.Net.Sockets;
using EdgeGateway.Proxy.Tls;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>A connection before the engine has it: its first bytes, and how to end it when they do not come.</summary>
internal sealed class ClientOpening : IConnectionControl, IDisposable
{
    private const int FirstRead = 4096;

    // A hello of the largest size, cut into the records that make it longest, is given up before this.
    private const int MaxOpening = ClientHello.MaxSize + 8192;

    private readonly Socket _socket;
    private readonly Connection _connection;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstRead);
    private int _start;
    private int _length;

    public ClientOpening(Socket socket, Connection connection)
    {
        _socket = socket;
        _connection = connection;
        connection.Attach(this);
    }

    /// <summary>What was read and not taken.</summary>
    public ReadOnlySpan<byte> Bytes => Memory.Span;

    /// <inheritdoc cref="Bytes" />
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(_start, _length - _start);

    /// <summary>Reads a PROXY header, if there is one, and takes it out of the opening.</summary>
    /// <returns>Absent also when the client left before it said more.</returns>
    public async ValueTask<(ProxyHeaderStatus Status, ProxyHeader Header)> ReadProxyHeaderAsync()
    {
        while (true)
        {
            if (_length > 0 && ProxyHeader.Read(Bytes, out var header) is not ProxyHeaderStatus.Incomplete and var status)
            {
                _start += header.Length;
                return (status, header);
            }

            if (!await ReadMoreAsync())
            {
                return (ProxyHeaderStatus.Absent, default);
            }
        }
    }

    /// <summary>Reads until the protocol is known; Unknown: the client left.</summary>
    /// <param name="knowsStartTls">True where a PostgreSQL SSLRequest means something.</param>
    public async ValueTask<OpeningKind> DetectAsync(bool knowsStartTls)
    {
        while (true)
        {
            if (Opening.Detect(Bytes, knowsStartTls) is not OpeningKind.Unknown and var kind)
            {
                return kind;
            }

            if (!await ReadMoreAsync())
            {
                // Less than a preface and then FIN: whatever it is, the HTTP/1 engine answers it.
                return _length > _start ? OpeningKind.Http1 : OpeningKind.Unknown;
            }
        }
    }

    /// <summary>Says yes to an SSLRequest and reads what follows it.</summary>
    public async ValueTask<OpeningKind> AnswerStartTlsAsync()
    {
        _start += Opening.StartTlsLength;
        await SendAsync("S"u8.ToArray());
        return await DetectAsync(knowsStartTls: false);
    }

    /// <summary>Reads the whole ClientHello; null when it is none, is too long, or did not come: the connection's end says which.</summary>
    public async ValueTask<ClientHello?> ReadHelloAsync()
    {
        while (true)
        {
            switch (ClientHello.Read(Bytes, out var hello))
            {
                case ClientHelloStatus.Complete:
                    return hello;
                case ClientHelloStatus.Malformed:
                    _connection.SetEnd(ConnectionEnd.BadOpening);
                    return null;
            }

            if (_length - _start >= MaxOpening)
            {
                _connection.SetEnd(ConnectionEnd.BadOpening);
                return null;
            }

            if (!await ReadMoreAsync())
            {
                _connection.SetEnd(ConnectionEnd.ClientClosed); // stays what it is if it was given up
                return null;
            }
        }
    }

    /// <summary>The socket as a stream that begins with what was read.</summary>
    /// <param name="waitsWithoutBuffer">An empty read waits for data, as a relay wants it.</param>
    /// <param name="holdsLastFlight">The client is to show a certificate: see <see cref="ClientStream.HoldLastFlight"/>.</param>
    public ClientTls OpenTls(bool waitsWithoutBuffer, bool holdsLastFlight)
    {
        var stream = new ClientStream(_socket, _connection, Bytes.ToArray(), waitsWithoutBuffer);
        if (holdsLastFlight)
        {
            stream.HoldLastFlight();
        }

        return new ClientTls(stream);
    }

    /// <summary>Answers a hello of SSL 2 with the alert protocol_version and half-closes, as Go's TLS does.</summary>
    public ValueTask RefuseVersionAsync() => SendAlertAsync(1, 70);

    /// <summary>
    /// Answers the hello with the alert unrecognized_name and half-closes: the TLS library here cannot be told to send it
    /// (RFC 6066 §3, RFC 8446 §6.2). Before the server's first flight an alert is a plain record in every version.
    /// </summary>
    public async ValueTask RefuseNameAsync()
    {
        const byte unrecognizedName = 112;
        await SendAlertAsync(3, unrecognizedName);
    }

    /// <inheritdoc />
    public void RequestClose() => Abort(ConnectionEnd.GatewayClosed);

    /// <inheritdoc />
    public void Abort(ConnectionEnd end)
    {
        _connection.SetEnd(end);
        try
        {
            // Both ways, not Dispose: the pending read ends, and with it the opening, without a reset.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = 0;
        _length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask SendAlertAsync(byte minorVersion, byte description)
    {
        const byte alert = 0x15, fatal = 2;
        await SendAsync(new byte[] { alert, 3, minorVersion, 0, 2, fatal, description });
        _socket.Shutdown(SocketShutdown.Send);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes) =>
        _connection.AddWritten(await _socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None));

    private async ValueTask<bool> ReadMoreAsync()
    {
        if (_length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_length), SocketFlags.None, CancellationToken.None);
        _length += read;
        _connection.AddRead(read);
        return read > 0;
    }
}
