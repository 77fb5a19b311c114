using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EdgeGateway.Tailscale.Tests;

/// <summary>A unix socket that gives one recorded answer, as it stood on the wire, to whoever asks.</summary>
internal sealed class RecordedTailscaled : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recorded").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public RecordedTailscaled()
    {
        SocketPath = Path.Combine(_folder, "tailscaled.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen();
        _loop = ServeAsync();
    }

    public string SocketPath { get; }

    /// <summary>The bytes of the next answer; null closes the connection without one.</summary>
    public byte[]? Answer { get; set; }

    /// <summary>The head of the last request.</summary>
    public string LastRequest { get; private set; } = "";

    public void Give(JsonElement response)
    {
        var body = Encoding.UTF8.GetBytes(response.GetProperty("body").GetString()!);
        var head = new StringBuilder(response.GetProperty("status_line").GetString()).Append("\r\n");
        foreach (var header in response.GetProperty("headers").EnumerateObject())
        {
            // The length of an answer whose key was taken out is the real one's.
            var value = header.Name == "Content-Length" ? body.Length.ToString() : header.Value.GetString();
            head.Append($"{header.Name}: {value}\r\n");
        }

        if (response.GetProperty("headers").TryGetProperty("Transfer-Encoding", out _))
        {
            body = [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
        }

        Answer = [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop;
        Directory.Delete(_folder, recursive: true);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[8192];
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptAsync(_stop.Token);
                try
                {
                    var read = await socket.ReceiveAsync(buffer, _stop.Token);
                    LastRequest = Encoding.ASCII.GetString(buffer, 0, read);
                    if (Answer is { } answer)
                    {
                        await socket.SendAsync(answer, _stop.Token);
                    }

                    socket.Shutdown(SocketShutdown.Both);
                }
                catch (SocketException)
                {
                    // the client had enough
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }
}
