using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Tailscale.Tests;

/// <summary>One request over a unix socket, byte for byte, and its answer taken apart; an HTTP client would tidy both up.</summary>
internal sealed record RawHttp(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static async Task<RawHttp> SendAsync(string socketPath, string method, string target, IEnumerable<(string Name, string Value)> headers)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        head.Append("Connection: close\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(head.ToString()));
        await using var stream = new NetworkStream(socket);
        using var all = new MemoryStream();
        using var limit = new CancellationTokenSource(KeeperFixture.Patience);
        await stream.CopyToAsync(all, limit.Token);
        return Parse(all.ToArray());
    }

    private static RawHttp Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var lines = Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1).ToDictionary(l => l[..l.IndexOf(':')], l => l[(l.IndexOf(':') + 1)..].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = bytes.AsSpan(end + 4);
        var text = headers.GetValueOrDefault("Transfer-Encoding") == "chunked" ? Dechunk(body) : Encoding.UTF8.GetString(body);
        return new RawHttp(int.Parse(lines[0].Split(' ')[1]), headers, text);
    }

    private static string Dechunk(ReadOnlySpan<byte> body)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            var line = body.IndexOf("\r\n"u8);
            var size = Convert.ToInt32(Encoding.ASCII.GetString(body[..line]), 16);
            if (size == 0)
            {
                return Encoding.UTF8.GetString(whole.ToArray());
            }

            whole.Write(body.Slice(line + 2, size));
            body = body[(line + 2 + size + 2)..];
        }
    }
}
