using System.Buffers;
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
    private int _length;

    public ClientOpening(Socket socket, Connection connection)
    {
        _socket = socket;
        _connection = connection;
        connection.Attach(this);
    }

    /// <summary>What was read.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Reads until the protocol is known; Unknown: the client left.</summary>
    public async ValueTask<OpeningKind> DetectAsync()
    {
        while (true)
        {
            if (!await ReadMoreAsync())
            {
                // Less than a preface and then FIN: whatever it is, the HTTP/1 engine answers it.
                return _length > 0 ? OpeningKind.Http1 : OpeningKind.Unknown;
            }

            if (Opening.Detect(Bytes) is not OpeningKind.Unknown and var kind)
            {
                return kind;
            }
        }
    }

    /// <summary>Reads the whole ClientHello. What is not one is left to the TLS library, which knows the right alert.</summary>
    public async ValueTask<ClientHello> ReadHelloAsync()
    {
        while (true)
        {
            if (ClientHello.Read(Bytes, out var hello) != ClientHelloStatus.Incomplete || _length >= MaxOpening || !await ReadMoreAsync())
            {
                return hello;
            }
        }
    }

    /// <summary>The socket as a stream that begins with what was read.</summary>
    public SslStream OpenTls() => new(new ClientStream(_socket, _connection, Bytes.ToArray()), leaveInnerStreamOpen: false);

    /// <summary>
    /// Answers the hello with the alert unrecognized_name and half-closes: the TLS library here cannot be told to send it
    /// (RFC 6066 §3, RFC 8446 §6.2). Before the server's first flight an alert is a plain record in every version.
    /// </summary>
    public async ValueTask RefuseNameAsync()
    {
        const byte alert = 0x15, fatal = 2, unrecognizedName = 112;
        ReadOnlyMemory<byte> record = new byte[] { alert, 3, 3, 0, 2, fatal, unrecognizedName };
        _connection.AddWritten(await _socket.SendAsync(record, SocketFlags.None, CancellationToken.None));
        _socket.Shutdown(SocketShutdown.Send);
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
        _length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<bool> ReadMoreAsync()
    {
        if (_length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_length), SocketFlags.None, CancellationToken.None);
        _length += read;
        _connection.AddRead(read);
        return read > 0;
    }
}
