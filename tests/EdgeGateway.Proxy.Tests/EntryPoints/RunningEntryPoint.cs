using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

/// <summary>An entry point on a free port with a handler of the test, and clients for it.</summary>
internal sealed class RunningEntryPoint : IAsyncDisposable
{
    private RunningEntryPoint(EntryPoint entryPoint) => EntryPoint = entryPoint;

    public EntryPoint EntryPoint { get; }

    public int Port => EntryPoint.LocalEndPoint!.Port;

    public static async Task<RunningEntryPoint> StartAsync(RequestHandler handler, EntryPointConfig? config = null,
        CertificateStore? certificates = null, SnapshotHolder? snapshots = null, TimeProvider? time = null)
    {
        config ??= new EntryPointConfig();
        if (config.Address is null)
        {
            config = config with { Address = "127.0.0.1:0" };
        }

        var entryPoint = new EntryPoint("test", config, handler, certificates ?? new CertificateStore(), NullLoggerFactory.Instance,
            time ?? TimeProvider.System, snapshots);
        entryPoint.Bind();
        await entryPoint.StartAsync();
        return new RunningEntryPoint(entryPoint);
    }

    public static async ValueTask Answer(GatewayContext context, string text)
    {
        context.Http.Response.ContentLength = text.Length;
        await context.Http.Response.BodyWriter.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
    }

    /// <summary>A client of one protocol, without a certificate check.</summary>
    public static HttpMessageInvoker Client(Action<Socket>? connected = null) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
            connected?.Invoke(socket);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        UseProxy = false,
    });

    public HttpRequestMessage Request(string scheme, Version version, string path = "/") => new(HttpMethod.Get, $"{scheme}://localhost:{Port}{path}")
    {
        Version = version,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return socket;
    }

    public async Task<SslStream> ConnectTlsAsync(string name = "localhost", SslProtocols protocols = SslProtocols.None, params string[] alpn)
    {
        var tls = new SslStream(new NetworkStream(await ConnectAsync(), ownsSocket: true), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = [.. alpn.Select(protocol => new SslApplicationProtocol(protocol))],
        });
        return tls;
    }

    /// <summary>Sends text, gives everything back until the server closes.</summary>
    public async Task<string> ExchangeAsync(string text, bool halfClose = false)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(text));
        if (halfClose)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return await ReadToEndAsync(socket);
    }

    /// <summary>Waits for what the other side does in its own time and announces nowhere.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var all = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token)) > 0)
        {
            all.Write(buffer, 0, read);
        }

        return System.Text.Encoding.Latin1.GetString(all.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await EntryPoint.StopAsync();
        await EntryPoint.DisposeAsync();
    }
}
