using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.OuterTier;

/// <summary>What one connection saw.</summary>
/// <param name="Thumbprint">Of the certificate: who ended the TLS.</param>
/// <param name="Body">The answer.</param>
internal sealed record Visit(string Thumbprint, string Body)
{
    // Another loopback address than the gateways': the application can only know it by PROXY protocol.
    private static readonly IPAddress Client = IPAddress.Parse("127.0.0.77");

    // A connection that hangs is a failure to whoever opened it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The client's address, as text.</summary>
    public static string ClientText => Client.ToString();

    /// <summary>Opens a connection, makes TLS for a name, asks once, and closes.</summary>
    public static async Task<Visit> MakeAsync(int port, string name, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(Client, 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
        var thumbprint = "";
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) =>
        {
            // Throw-away certificates: the caller compares them with the ones that it expects.
            thumbprint = certificate!.GetCertHashString();
            return true;
        });
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, limit.Token);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"), limit.Token);
        var answer = new StringBuilder();
        var buffer = new byte[1024];
        while (await tls.ReadAsync(buffer, limit.Token) is > 0 and var read)
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            if (IsWhole(answer.ToString(), out var body))
            {
                return new(thumbprint, body);
            }
        }

        throw new IOException($"the connection ended after {answer.Length} bytes of the answer");
    }

    private static bool IsWhole(string answer, out string body)
    {
        var head = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        body = head < 0 ? "" : answer[(head + 4)..];
        if (head < 0)
        {
            return false;
        }

        if (!answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
        {
            throw new IOException($"the answer was {answer[..answer.IndexOf('\r', StringComparison.Ordinal)]}");
        }

        var length = answer.Split("\r\n").First(static line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))[16..];
        return body.Length == int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
    }
}
