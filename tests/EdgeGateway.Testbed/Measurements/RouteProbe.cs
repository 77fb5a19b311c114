using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Testbed.Measurements;

/// <summary>One keep-alive connection that asks for a host until it is answered with 200. Bare sockets: a client library's time is not the gateway's.</summary>
internal sealed class RouteProbe : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[8192];

    public RouteProbe(int port) => _socket.Connect(IPAddress.Loopback, port);

    /// <summary>Requests sent so far.</summary>
    public int Asked { get; private set; }

    /// <summary>Returns the time (Stopwatch) at which the first 200 was complete.</summary>
    public long UntilLive(string host) => Until(host, static status => status == 200);

    /// <summary>Returns the time at which the first answer without a server (503, later 404) was complete.</summary>
    public long UntilGone(string host) => Until(host, static status => status is 503 or 404);

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private long Until(string host, Predicate<int> wanted)
    {
        var request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            _socket.Send(request);
            Asked++;
            if (wanted(Status()))
            {
                return Stopwatch.GetTimestamp();
            }

            if (Stopwatch.GetElapsedTime(begun) > Limit)
            {
                throw new TimeoutException($"{host} did not answer as wanted in {Limit.TotalSeconds} s");
            }
        }
    }

    /// <summary>Reads one answer, which must have a Content-Length.</summary>
    private int Status()
    {
        var filled = 0;
        while (true)
        {
            var read = _socket.Receive(_buffer.AsSpan(filled));
            if (read == 0)
            {
                throw new IOException("the gateway closed the connection");
            }

            filled += read;
            var seen = Encoding.ASCII.GetString(_buffer, 0, filled);
            var head = seen.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0)
            {
                continue;
            }

            const string length = "\r\nContent-Length: ";
            var at = seen.IndexOf(length, StringComparison.OrdinalIgnoreCase) + length.Length;
            var end = seen.IndexOf('\r', at);
            if (filled >= head + 4 + int.Parse(seen.AsSpan(at, end - at)))
            {
                return int.Parse(seen.AsSpan(9, 3));
            }
        }
    }
}
