using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Testbed.Upstreams;

/// <summary>A server over raw sockets that does exactly what its script says, for every way in which a real one can fail.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<int, Socket> Closed = new();

    private readonly Socket _listener;
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentDictionary<ScriptedConnection, Task> _open = new();
    private readonly Task _accepting;
    private int _connections;

    private ScriptedServer(Socket listener, Func<ScriptedConnection, Task> script, SslServerAuthenticationOptions? tls)
    {
        _listener = listener;
        _script = script;
        _tls = tls;
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Url => $"{(_tls is null ? "http" : "https")}://127.0.0.1:{Port}";

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that are open now.</summary>
    public int Open => _open.Count;

    /// <summary>Heads of all requests that were read, in the order in which they came.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Names that clients asked for in their ClientHello.</summary>
    public ConcurrentQueue<string> Names { get; } = new();

    /// <summary>Starts a server; the script runs once per connection, and its end closes it.</summary>
    /// <param name="script">What to do with a connection.</param>
    /// <param name="port">0 = any free port.</param>
    /// <param name="certificate">Not null: TLS with this certificate.</param>
    public static ScriptedServer Start(Func<ScriptedConnection, Task> script, int port = 0, X509Certificate2? certificate = null)
    {
        if (Closed.TryRemove(port, out var closed))
        {
            closed.Dispose();
        }

        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        return new(listener, script, certificate is null ? null : new() { ServerCertificate = certificate });
    }

    /// <summary>A server that answers every request with 200 and this body, over as many requests as come.</summary>
    public static ScriptedServer Answering(string body, int port = 0, X509Certificate2? certificate = null) => Start(
        async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                await connection.ReadBodyAsync(head);
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        },
        port, certificate);

    /// <summary>
    /// A port at which nothing listens, and nothing will but a server that is started there by name: it stays bound, so that no other test is
    /// given it.
    /// </summary>
    public static int ClosedPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        Closed[port] = socket;
        return port;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _open.Keys)
        {
            connection.Close();
        }

        await Task.WhenAll(_open.Values);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            socket.NoDelay = true;
            var connection = new ScriptedConnection(socket, this);
            var finished = new TaskCompletionSource();
            _open[connection] = finished.Task;
            _ = RunAsync(connection, finished);
        }
    }

    private async Task RunAsync(ScriptedConnection connection, TaskCompletionSource finished)
    {
        try
        {
            // Never on the thread that accepts.
            await Task.Yield();
            if (_tls is not null)
            {
                Names.Enqueue(await connection.SecureAsync(_tls));
            }

            await _script(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went away; scripts need not say what then.
        }
        finally
        {
            connection.Close();
            _open.TryRemove(connection, out _);
            finished.SetResult();
        }
    }
}
