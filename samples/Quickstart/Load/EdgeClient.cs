using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Quickstart.Processes;

namespace EdgeGateway.Quickstart.Load;

/// <summary>A client of the gateway: HTTP/1.1 keep-alive over TLS, the stand-in's authority trusted and no other.</summary>
internal sealed class EdgeClient : IDisposable
{
    // A request that hangs is a failure to whoever sent it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string _origin;
    private readonly HttpMessageInvoker _http;

    public EdgeClient(LocalStack stack)
    {
        _origin = $"https://{stack.Name}:{stack.HttpsPort}";
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = TrustOnly(stack),
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, stack.HttpsPort), stop);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        });
    }

    /// <summary>TLS settings that accept a certificate for the node's name from the stand-in's authority.</summary>
    public static SslClientAuthenticationOptions TrustOnly(LocalStack stack)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(stack.CaFile);
        return new SslClientAuthenticationOptions { TargetHost = stack.Name, CertificateChainPolicy = trust };
    }

    public async Task<Answer> GetAsync(string path, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        using var request = new HttpRequestMessage(HttpMethod.Get, _origin + path) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            await response.Content.CopyToAsync(Stream.Null, limit.Token);
            return new Answer((int)response.StatusCode, First(response, "X-Served-By"), int.TryParse(First(response, "X-Received"), out var n) ? n : 0);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {Limit.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string? First(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
