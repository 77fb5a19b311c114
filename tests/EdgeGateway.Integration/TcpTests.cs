using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;
using static EdgeGateway.Integration.TcpParts;

namespace EdgeGateway.Integration;

/// <summary>TCP and UDP through the real executable, with routers from Nomad tags.</summary>
public sealed class TcpTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_port_serves_passthrough_by_name_terminated_TLS_HTTPS_and_plain_HTTP()
    {
        using var certificate = SelfSigned("pass.test");
        await using var passthrough = Echo("p:", certificate);
        await using var clear = Echo("c:");
        await using var web = await Whoami.StartAsync("web");
        await using var stage = await Stage.StartAsync(n =>
        {
            n.Register(
                "p1", "pass", passthrough.Port, "traefik.tcp.routers.pass.rule=HostSNI(`pass.test`)", "traefik.tcp.routers.pass.entrypoints=websecure",
                "traefik.tcp.routers.pass.tls.passthrough=true");
            n.Register(
                "t1", "term", clear.Port, "traefik.tcp.routers.term.rule=HostSNI(`*.term.test`)", "traefik.tcp.routers.term.entrypoints=websecure",
                "traefik.tcp.routers.term.tls=true");
            n.Register(
                "w1", "web", web.Port, "traefik.http.routers.web.rule=Host(`web.test`)", "traefik.http.routers.web.entrypoints=websecure",
                "traefik.http.routers.web.tls=true", "traefik.http.routers.plain.rule=Host(`plain.test`)", "traefik.http.routers.plain.entrypoints=websecure",
                "traefik.http.routers.plain.service=web", "traefik.http.routers.web.service=web");
        });
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        Assert.Equal("p:hello", await OverTlsAsync(stage.WebSecure, "pass.test", "hello", certificate));
        Assert.Equal("c:hello", await OverTlsAsync(stage.WebSecure, "a.term.test", "hello"));
        using var client = Stage.Client(stage.WebSecure);
        Assert.Contains("web", await Stage.GetAsync(client, "https://web.test/"));
        Assert.Contains("web", await Stage.GetAsync(client, "http://plain.test/"));
        Assert.Equal("404", await Stage.GetAsync(client, "https://other.test/"));
    }

    [Fact]
    public async Task Plain_TCP_keeps_the_answer_after_a_half_close_and_follows_instances_live()
    {
        await using var a = Echo("a:");
        await using var b = Echo("b:");
        var port = Ports.Free();
        string[] tags = ["traefik.tcp.routers.db.rule=HostSNI(`*`)", "traefik.tcp.routers.db.entrypoints=db"];
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "db", a.Port, tags), more: [$"--entrypoints.db.address=127.0.0.1:{port}"]);
        await stage.Gateway.ListeningAsync(port);
        Assert.Equal("a:xend", await ExchangeAsync(port, "x"));

        using var running = await ConnectAsync(port);
        await running.SendAsync("1"u8.ToArray());
        Assert.Equal("a:1", await ReadAsync(running, 3));
        stage.Nomad.Register("b1", "db", b.Port, tags);
        await stage.UntilAsync(async () => await ExchangeAsync(port, "x") == "b:xend", Soon);
        stage.Nomad.Deregister("a1");
        await stage.UntilAsync(async () => await ExchangeAsync(port, "x") == "b:xend" && await ExchangeAsync(port, "x") == "b:xend", Soon);
        await running.SendAsync("2"u8.ToArray());
        Assert.Equal("a:2", await ReadAsync(running, 3)); // what runs stays with its instance
    }

    [Fact]
    public async Task An_instance_that_refuses_costs_no_connection_while_another_listens()
    {
        await using var live = Echo("l:");
        var port = Ports.Free();
        string[] tags = ["traefik.tcp.routers.db.rule=HostSNI(`*`)", "traefik.tcp.routers.db.entrypoints=db"];
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "db", ScriptedServer.ClosedPort(), tags);
                n.Register("a2", "db", live.Port, tags);
            },
            more: [$"--entrypoints.db.address=127.0.0.1:{port}"]);
        await stage.Gateway.ListeningAsync(port);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("l:xend", await ExchangeAsync(port, "x"));
        }

        await stage.Gateway.LoggedAsync("EG-TCP-CONNECT");
    }

    [Fact]
    public async Task A_PROXY_header_is_believed_of_trusted_peers_and_written_for_servers()
    {
        var received = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var server = ScriptedServer.Start(async connection => received.Enqueue(await connection.ReadToEndAsync()));
        await using var web = ScriptedServer.Answering("ok");
        var (port, http) = (Ports.Free(), Ports.Free());
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register(
                    "a1", "db", server.Port, "traefik.tcp.routers.db.rule=HostSNI(`*`)", "traefik.tcp.routers.db.entrypoints=db",
                    "traefik.tcp.services.db.loadbalancer.proxyprotocol.version=1");
                n.Register("w1", "web", web.Port, "traefik.http.routers.web.rule=Host(`web.test`)", "traefik.http.routers.web.entrypoints=outer");
            },
            more:
            [
                $"--entrypoints.db.address=127.0.0.1:{port}", "--entrypoints.db.proxyprotocol.insecure=true",
                $"--entrypoints.outer.address=127.0.0.1:{http}", "--entrypoints.outer.proxyprotocol.trustedips=127.0.0.1",
            ]);
        await stage.Gateway.ListeningAsync(port, http);
        Assert.Equal("", await ExchangeAsync(port, "PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nhi"));
        Assert.Contains("PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nhi", received);

        Assert.StartsWith("HTTP/1.1 200", await ExchangeAsync(http, "PROXY TCP4 10.7.7.7 10.9.9.9 4321 443\r\nGET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n", halfClose: false));
        Assert.Contains(web.Heads, static head => head.Contains("X-Forwarded-For: 10.7.7.7\r\n", StringComparison.OrdinalIgnoreCase));

        Assert.Equal("", await ExchangeAsync(http, "PROXY nonsense\r\n"));
        var edge = await stage.ApiAsync("/api/edge");
        Assert.Equal(1, edge.GetProperty("proxyHeadersMalformed").GetInt64());
    }

    [Fact]
    public async Task A_TCP_router_gets_its_certificate_from_tailscaled()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        await using var server = Echo("ts:");
        var name = tailscaled.DnsName;
        await using var stage = await Stage.StartAsync(
            n => n.Register(
                "t1", "db", server.Port, $"traefik.tcp.routers.db.rule=HostSNI(`{name}`)", "traefik.tcp.routers.db.entrypoints=websecure",
                "traefik.tcp.routers.db.tls.certresolver=tailscaleresolver"),
            tailscaled);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        using var socket = await ConnectAsync(stage.WebSecure);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = Stage.TrustOnly(tailscaled.CaPem) });
        await tls.WriteAsync("x"u8.ToArray());
        Assert.Equal("ts:x", await ReadAsync(tls, 4));
    }

    [Fact]
    public async Task A_UDP_service_answers_from_the_address_that_was_asked_and_its_sessions_stick()
    {
        using var a = new UdpEcho("a:");
        using var b = new UdpEcho("b:");
        var port = Ports.Free();
        string[] tags = ["traefik.udp.routers.dns.entrypoints=dns"];
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "dns", a.Port, tags[0]);
                n.Register("b1", "dns", b.Port, tags[0]);
            },
            more: [$"--entrypoints.dns.address=:{port}/udp", "--entrypoints.dns.udp.timeout=5s"]);
        await stage.Gateway.LoggedAsync("/udp");
        var names = new HashSet<string>();
        foreach (var asked in (string[])["127.0.0.1", "127.0.0.5", "127.0.0.9"])
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var answers = new List<string>();
            for (var i = 0; i < 3; i++)
            {
                await client.SendToAsync("q"u8.ToArray(), new IPEndPoint(IPAddress.Parse(asked), port));
                using var limit = new CancellationTokenSource(Soon);
                var buffer = new byte[100];
                var answer = await client.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), limit.Token);
                Assert.Equal(new IPEndPoint(IPAddress.Parse(asked), port), answer.RemoteEndPoint);
                answers.Add(Encoding.ASCII.GetString(buffer, 0, answer.ReceivedBytes));
            }

            names.Add(Assert.Single(answers.Distinct()));
        }

        Assert.Equal(["a:q", "b:q"], names.Order());
        var edge = await stage.ApiAsync("/api/edge");
        Assert.Equal(3, edge.GetProperty("udpSessions").GetInt32());
    }

    /// <summary>Sends, ends this side, gives everything that comes back.</summary>
    private static async Task<string> ExchangeAsync(int port, string text, bool halfClose = true)
    {
        using var socket = await ConnectAsync(port);
        await using var stream = new NetworkStream(socket); // first: it takes no socket that is half closed
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        if (halfClose)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return await ReadAsync(stream, 100_000);
    }

    private static async Task<string> OverTlsAsync(int port, string name, string text, X509Certificate2? expected = null)
    {
        using var socket = await ConnectAsync(port);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, certificate, _, _) =>
            expected is null || certificate!.GetCertHashString() == expected.GetCertHashString());
        await tls.AuthenticateAsClientAsync(name);
        await tls.WriteAsync(Encoding.Latin1.GetBytes(text));
        return await ReadAsync(tls, text.Length + 2);
    }

    private static async Task<string> ReadAsync(Socket socket, int length)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        return await ReadAsync(stream, length);
    }

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        using var limit = new CancellationTokenSource(Soon);
        var buffer = new byte[length];
        try
        {
            return Encoding.Latin1.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, length, throwOnEndOfStream: false, limit.Token));
        }
        catch (IOException)
        {
            return ""; // reset
        }
    }

    private sealed class UdpEcho : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        public UdpEcho(string name)
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _ = RunAsync(Encoding.ASCII.GetBytes(name));
        }

        public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

        public void Dispose() => _socket.Dispose();

        private async Task RunAsync(byte[] name)
        {
            var buffer = new byte[2000];
            name.CopyTo(buffer, 0);
            try
            {
                while (true)
                {
                    var request = await _socket.ReceiveFromAsync(buffer.AsMemory(name.Length), SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                    await _socket.SendToAsync(buffer.AsMemory(0, name.Length + request.ReceivedBytes), SocketFlags.None, request.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }
}
