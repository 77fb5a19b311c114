using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>A client that goes away while the server still thinks: the server learns it at once, not when it answers.</summary>
public sealed class ClientDepartureTests
{
    private static readonly TimeSpan Thinks = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Both processes are cold; how long that takes is not what is tested.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_server_sees_an_HTTP1_client_go(bool tls)
    {
        await using var scene = await Scene.StartAsync(tls);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, scene.Port);
        await using Stream stream = tls ? await TlsAsync(socket) : new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"));
        await scene.Arrived.WaitAsync(First);
        socket.Close();
        await scene.Aborted.WaitAsync(Limit);
    }

    [Fact]
    public async Task The_server_sees_an_HTTP2_client_go()
    {
        await using var scene = await Scene.StartAsync(tls: true);
        using var client = Stage.Client(scene.Port);
        using var leave = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Get, "https://a.test/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var answer = client.SendAsync(request, leave.Token);
        await (await Task.WhenAny(scene.Arrived, answer)).WaitAsync(First);
        Assert.False(answer.IsCompleted);
        await leave.CancelAsync();
        await scene.Aborted.WaitAsync(Limit);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    private static async Task<Stream> TlsAsync(Socket socket)
    {
        var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.test",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        return tls;
    }

    private sealed class Scene(Whoami whoami, Stage stage, int port, Task arrived, Task aborted) : IAsyncDisposable
    {
        public int Port { get; } = port;

        public Task Arrived { get; } = arrived;

        public Task Aborted { get; } = aborted;

        public static async Task<Scene> StartAsync(bool tls)
        {
            var arrived = new TaskCompletionSource();
            var aborted = new TaskCompletionSource();
            var whoami = await Whoami.StartAsync("slow");
            whoami.Handler = async http =>
            {
                http.RequestAborted.Register(aborted.SetResult);
                arrived.SetResult();
                await Task.Delay(Thinks, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
            };
            string[] tags = ["traefik.http.routers.a.rule=Host(`a.test`)", .. tls ? ["traefik.http.routers.a.tls=true"] : Array.Empty<string>()];
            var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, tags));
            var port = tls ? stage.WebSecure : stage.Web;
            await stage.Gateway.ListeningAsync(port);
            return new(whoami, stage, port, arrived.Task, aborted.Task);
        }

        public async ValueTask DisposeAsync()
        {
            await stage.DisposeAsync();
            await whoami.DisposeAsync();
        }
    }
}
