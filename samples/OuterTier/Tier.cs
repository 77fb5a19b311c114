using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Quickstart.Processes;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.OuterTier;

/// <summary>
/// The outer gateway and what stands behind it, on loopback: by the name in the ClientHello to three workers, everything else to a default.
/// It decrypts nothing, and tells the workers by PROXY protocol who the client is.
/// </summary>
internal sealed class Tier : IAsyncDisposable
{
    /// <summary>The name that the workers serve.</summary>
    public const string Name = "argocd.tcs-proxy.cscc";

    // The seed's nginx log_format, as it is.
    private const string LogFormat =
        "$remote_addr - [$time_local] $protocol $status $bytes_sent $bytes_received $session_time \"$upstream_addr\" "
        + "\"$upstream_bytes_sent\" \"$upstream_bytes_received\" \"$upstream_connect_time\" $remote_addr $remote_port $server_addr $server_port";

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-outer-tier").FullName;
    private readonly X509Certificate2 _default;
    private readonly ScriptedServer _rest;

    public Tier()
    {
        Workers = [.. Enumerable.Range(1, 3).Select(number => new Worker(number, _folder))];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _default = new CertificateRequest("CN=default", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        _rest = ScriptedServer.Answering("default", certificate: _default);
        DynamicFile = Path.Combine(_folder, "outer.yml");
        LogFile = Path.Combine(_folder, "l4.log");
        File.WriteAllText(DynamicFile, $$"""
            tcp:
              routers:
                argocd:
                  rule: HostSNI(`{{Name}}`)
                  service: workers
                  tls: {passthrough: true}
                rest:
                  rule: HostSNI(`*`)
                  service: default
                  tls: {passthrough: true}
              services:
                workers:
                  loadBalancer:
                    serversTransport: tells-the-client
                    servers:
            {{string.Join('\n', Workers.Select(static w => $"          - address: 127.0.0.1:{w.Port}"))}}
                default:
                  loadBalancer:
                    servers:
                      - address: 127.0.0.1:{{_rest.Port}}
              serversTransports:
                tells-the-client:
                  terminationDelay: -1s
                  proxyProtocol: {version: 2}
            """);
        Flags =
        [
            $"--entryPoints.tls.address=127.0.0.1:{Port}", $"--providers.file.filename={DynamicFile}",
            $"--accessLog.l4.filePath={LogFile}", $"--accessLog.l4.format={LogFormat}",
        ];
    }

    public int Port { get; } = Ports.Free();

    public IReadOnlyList<Worker> Workers { get; }

    public string[] Flags { get; }

    public string DynamicFile { get; }

    public string LogFile { get; }

    /// <summary>Of the default's certificate.</summary>
    public string DefaultThumbprint => _default.Thumbprint;

    public Child? Gateway { get; private set; }

    public static Child StartGateway(string[] flags) => Child.Start(Path.Combine(AppContext.BaseDirectory, "edge-gateway"), flags, []);

    public static async Task ListeningAsync(Child gateway, int port, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
                return;
            }
            catch (SocketException) when (!gateway.HasExited)
            {
                // There is no event for another process's listen call.
                await Task.Delay(10, limit.Token);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"a gateway ended:\n{gateway.Tail(20)}");
            }
        }
    }

    public async Task StartAsync(CancellationToken stop)
    {
        await Task.WhenAll(Workers.Select(worker => worker.StartAsync(stop)));
        Gateway = StartGateway(Flags);
        await ListeningAsync(Gateway, Port, stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.TerminateAsync();
            await Gateway.DisposeAsync();
        }

        foreach (var worker in Workers)
        {
            await worker.DisposeAsync();
        }

        await _rest.DisposeAsync();
        _default.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
