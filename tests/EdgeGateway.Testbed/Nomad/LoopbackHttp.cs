using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>
/// A small HTTP/1.1 server on loopback that writes its bytes itself: Nomad's event stream has neither a length nor chunks and its
/// connection may stay open and silent (nomad-api §8.3), which a well-behaved server library does not do.
/// </summary>
internal sealed class LoopbackHttp : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<LoopbackExchange, CancellationToken, Task> _handle;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _open = [];
    private Task _accepting = Task.CompletedTask;

    private LoopbackHttp(int port, Func<LoopbackExchange, CancellationToken, Task> handle)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _handle = handle;
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static LoopbackHttp Start(int port, Func<LoopbackExchange, CancellationToken, Task> handle)
    {
        var server = new LoopbackHttp(port, handle);
        server._listener.Start(512);
        server._accepting = server.AcceptAsync();
        return server;
    }

    /// <summary>Resets every open connection, as the death of the process does.</summary>
    public void ResetAll()
    {
        lock (_lock)
        {
            foreach (var socket in _open)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }

            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        ResetAll();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptSocketAsync(_stop.Token);
            socket.NoDelay = true;
            lock (_lock)
            {
                _open.Add(socket);
            }

            _ = Task.Run(() => ServeAsync(socket));
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            var buffer = new byte[64 * 1024];
            var filled = 0;
            while (true)
            {
                int end;
                while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    var read = await stream.ReadAsync(buffer.AsMemory(filled), _stop.Token);
                    if (read == 0)
                    {
                        return;
                    }

                    filled += read;
                }

                var head = Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
                filled -= end + 4;
                buffer.AsSpan(end + 4, filled).CopyTo(buffer);
                var target = head[0].Split(' ');
                var exchange = new LoopbackExchange(stream, target[0], target[1], Headers(head));
                await _handle(exchange, _stop.Token);
                if (exchange.Closes)
                {
                    socket.Shutdown(SocketShutdown.Both);
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the test ended it.
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(socket);
            }

            socket.Dispose();
        }
    }

    private static Dictionary<string, string> Headers(string[] head)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in head.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }

        return headers;
    }
}

/// <summary>One request and the way to answer it.</summary>
internal sealed class LoopbackExchange
{
    private readonly Stream _stream;

    public LoopbackExchange(Stream stream, string method, string target, IReadOnlyDictionary<string, string> headers)
    {
        (_stream, Method, Headers) = (stream, method, headers);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        Path = question < 0 ? target : target[..question];
        Query = question < 0 ? [] : [.. target[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static part =>
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            return equals < 0
                ? (Uri.UnescapeDataString(part), "")
                : (Uri.UnescapeDataString(part[..equals]), Uri.UnescapeDataString(part[(equals + 1)..].Replace('+', ' ')));
        })];
    }

    public string Method { get; }

    /// <summary>The path as sent, still escaped.</summary>
    public string Path { get; }

    public IReadOnlyList<(string Name, string Value)> Query { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>True: the connection ends with this answer.</summary>
    public bool Closes { get; private set; }

    public string? Parameter(string name) => Query.Where(p => p.Name == name).Select(static p => p.Value).FirstOrDefault();

    /// <summary>Header order as Nomad's (recordings).</summary>
    public async Task AnswerAsync(
        int status, string reason, string type, string body, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {reason}\r\nContent-Type: {type}\r\nVary: Accept-Encoding\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        head.Append("Date: ").Append(DateTimeOffset.UtcNow.ToString("R")).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}\r\n\r\n");
        await _stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes(head.ToString()), .. bytes], cancellation);
    }

    /// <summary>Writes bytes as they are; the connection ends with the answer.</summary>
    public async Task RawAsync(string text, CancellationToken cancellation)
    {
        Closes = true;
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
    }
}
