using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Testbed.Upstreams;

/// <summary>The server's side of one connection of a <see cref="ScriptedServer"/>. Text is Latin-1, byte for byte.</summary>
public sealed class ScriptedConnection
{
    private readonly Socket _socket;
    private readonly ScriptedServer _server;
    private readonly byte[] _buffer = new byte[65536];
    private Stream _stream;
    private int _start;
    private int _end;

    internal ScriptedConnection(Socket socket, ScriptedServer server)
    {
        _socket = socket;
        _server = server;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Bytes read from the socket so far, heads included.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads up to and with the empty line; null when the client closed before the first byte.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, end + 4);
                _start += end + 4;
                _server.Heads.Enqueue(head);
                return head;
            }

            if (await FillAsync() == 0)
            {
                return null;
            }
        }
    }

    /// <summary>Reads the body that the head announces, of known length or chunked (then with its framing).</summary>
    public async Task<string> ReadBodyAsync(string head)
    {
        if (head.Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
        {
            var text = new StringBuilder();
            while (!text.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            {
                text.Append(await ReadTextAsync(1));
            }

            return text.ToString();
        }

        const string Name = "\r\nContent-Length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : await ReadTextAsync(int.Parse(head.AsSpan(at + Name.Length, head.IndexOf('\r', at + 2) - at - Name.Length), CultureInfo.InvariantCulture));
    }

    /// <summary>Reads so many bytes.</summary>
    public async Task<string> ReadTextAsync(int count)
    {
        var text = new StringBuilder();
        while (text.Length < count)
        {
            if (_start == _end && await FillAsync() == 0)
            {
                throw new IOException("the client closed early");
            }

            var take = Math.Min(count - text.Length, _end - _start);
            text.Append(Encoding.Latin1.GetString(_buffer, _start, take));
            _start += take;
        }

        return text.ToString();
    }

    /// <summary>Reads whatever comes next; empty at the end.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadSomeAsync()
    {
        if (_start == _end && await FillAsync() == 0)
        {
            return default;
        }

        var some = _buffer.AsMemory(_start, _end - _start);
        _start = _end;
        return some;
    }

    /// <summary>Reads everything up to the end of the client's side.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        while (await ReadSomeAsync() is { IsEmpty: false } some)
        {
            text.Append(Encoding.Latin1.GetString(some.Span));
        }

        return text.ToString();
    }

    /// <summary>Ends this side of the connection; reading goes on.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends when the client closed or reset the connection; what it sends until then is thrown away.</summary>
    public async Task UntilClosedAsync()
    {
        try
        {
            while (!(await ReadSomeAsync()).IsEmpty)
            {
            }
        }
        catch (IOException)
        {
            // Reset: closed, too.
        }
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>Ends the connection with a TCP reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    internal void Close() => _stream.Dispose();

    /// <summary>Makes TLS of the connection; the name that the client asked for.</summary>
    public async Task<string> SecureAsync(SslServerAuthenticationOptions options)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(options);
        _stream = tls;
        return tls.TargetHostName;
    }

    private async Task<int> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_end));
        _end += read;
        BytesRead += read;
        return read;
    }
}
