using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Proxy.Tests.Tcp;

/// <summary>Servers of TCP services, and clients, in a line each.</summary>
internal static class EchoServer
{
    /// <summary>Answers every read with <paramref name="name"/> and what was read; at the end of the client's side says how much came.</summary>
    public static ScriptedServer Start(string name = "", X509Certificate2? certificate = null, int port = 0) => ScriptedServer.Start(
        async connection =>
        {
            var total = 0;
            while (await connection.ReadSomeAsync() is { IsEmpty: false } some)
            {
                total += some.Length;
                if (name.Length > 0)
                {
                    await connection.SendAsync(name);
                }

                await connection.SendAsync(some);
            }

            await connection.SendAsync($"end after {total}");
        },
        port, certificate);

    public static async Task<string> ReadAsync(Stream stream, int length)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[length];
        var read = await stream.ReadAtLeastAsync(buffer, length, throwOnEndOfStream: false, limit.Token);
        return System.Text.Encoding.Latin1.GetString(buffer, 0, read);
    }

    public static async Task<string> ReadAsync(Socket socket, int length)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        return await ReadAsync(stream, length);
    }

    /// <summary>True when the other side closed or reset without a byte.</summary>
    public static async Task<bool> IsClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            return await socket.ReceiveAsync(new byte[1], SocketFlags.None, limit.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
