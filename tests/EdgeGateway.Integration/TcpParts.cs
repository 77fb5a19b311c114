using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Servers, certificates and clients of the tests below HTTP.</summary>
internal static class TcpParts
{
    /// <summary>Answers each piece with its name and the piece, and the client's end with "end".</summary>
    public static ScriptedServer Echo(string name, X509Certificate2? certificate = null) => ScriptedServer.Start(
        async connection =>
        {
            while (await connection.ReadSomeAsync() is { IsEmpty: false } some)
            {
                await connection.SendAsync(name);
                await connection.SendAsync(some);
            }

            await connection.SendAsync("end");
        },
        certificate: certificate);

    /// <summary>A certificate for a name, valid for a day.</summary>
    public static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>A client's socket.</summary>
    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }
}
