using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;
using static EdgeGateway.Integration.TcpParts;

namespace EdgeGateway.Integration;

/// <summary>Real proxies in front of the gateway and beside it: their PROXY headers are understood, and the L4 access log says what nginx's says.</summary>
public sealed partial class RealPeerTests : IDisposable
{
    private const string SeedFormat =
        "$remote_addr - [$time_local] $protocol $status $bytes_sent $bytes_received $session_time \"$upstream_addr\" "
        + "\"$upstream_bytes_sent\" \"$upstream_bytes_received\" \"$upstream_connect_time\" $remote_addr $remote_port $server_addr $server_port";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly IPAddress Client = IPAddress.Parse("127.0.0.77");

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("edge-peer-");

    public void Dispose() => _root.Delete(recursive: true);

    public static TheoryData<string, string> Fronts => new()
    {
        { "nginx", "proxy_protocol on;" },
        { "haproxy", "send-proxy" },
        { "haproxy", "send-proxy-v2" },
        { "haproxy", "send-proxy-v2 proxy-v2-options crc32c,unique-id" },
    };

    [Theory]
    [MemberData(nameof(Fronts))]
    public async Task A_proxy_in_front_tells_who_the_client_is_before_TCP_TLS_and_HTTP(string kind, string option)
    {
        await using var echo = ScriptedServer.Start(async connection => await connection.SendAsync("e:" + await connection.ReadToEndAsync()));
        await using var web = ScriptedServer.Answering("ok");
        using var certificate = SelfSigned("pass.test");
        await using var secure = ScriptedServer.Answering("secret", certificate: certificate);
        var (tcp, http) = (Ports.Free(), Ports.Free());
        var log = Path.Join(_root.FullName, "l4.log");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("t1", "plain", echo.Port, "traefik.tcp.routers.plain.rule=HostSNI(`*`)", "traefik.tcp.routers.plain.entrypoints=plain");
                n.Register("p1", "pass", secure.Port, "traefik.tcp.routers.pass.rule=HostSNI(`pass.test`)", "traefik.tcp.routers.pass.entrypoints=outer", "traefik.tcp.routers.pass.tls.passthrough=true");
                n.Register("w1", "web", web.Port, "traefik.http.routers.web.rule=Host(`web.test`)", "traefik.http.routers.web.entrypoints=outer", "traefik.http.routers.tls.rule=Host(`web.test`)",
                    "traefik.http.routers.tls.entrypoints=outer", "traefik.http.routers.tls.tls=true", "traefik.http.routers.web.service=web", "traefik.http.routers.tls.service=web");
            },
            more:
            [
                $"--entrypoints.plain.address=127.0.0.1:{tcp}", "--entrypoints.plain.proxyprotocol.trustedips=127.0.0.1", $"--entrypoints.outer.address=127.0.0.1:{http}",
                "--entrypoints.outer.proxyprotocol.trustedips=127.0.0.1", $"--accesslog.l4.filepath={log}", $"--accesslog.filepath={log}.http",
            ]);
        await stage.Gateway.ListeningAsync(tcp, http);
        var (frontTcp, frontHttp) = (Ports.Free(), Ports.Free());
        await using var front = kind == "nginx"
            ? await PeerProcess.NginxAsync(_root.FullName, frontHttp, $$"""
                server { listen 127.0.0.1:{{frontTcp}}; proxy_pass 127.0.0.1:{{tcp}}; proxy_half_close on; {{option}} }
                server { listen 127.0.0.1:{{frontHttp}}; proxy_pass 127.0.0.1:{{http}}; {{option}} }
                """)
            : await PeerProcess.HAProxyAsync(_root.FullName, frontHttp, $"""
                listen plain
                  bind 127.0.0.1:{frontTcp}
                  unique-id-format %ci-%cp
                  server gateway 127.0.0.1:{tcp} {option}
                listen outer
                  bind 127.0.0.1:{frontHttp}
                  unique-id-format %ci-%cp
                  server gateway 127.0.0.1:{http} {option}
                """);

        using (var client = await ConnectAsync(frontTcp))
        {
            Assert.Equal("e:hi", await ExchangeAsync(client, "hi"));
            var record = await RecordAsync(stage, log, PortOf(client));
            Assert.Equal((Client.ToString(), "127.0.0.1", "plain@nomad"), (Text(record, "clientAddress"), Text(record, "peerAddress"), Text(record, "router")));
            Assert.Equal(frontTcp, record.GetProperty("localPort").GetInt32()); // the address that the client asked for is the front's
        }

        // TLS that the gateway passes on, by the name behind the header.
        using (var client = await ConnectAsync(frontHttp))
        {
            Assert.EndsWith("secret", await OverTlsAsync(client, "pass.test", certificate), StringComparison.Ordinal);
            Assert.Equal(Client.ToString(), Text(await RecordAsync(stage, log, PortOf(client)), "clientAddress"));
        }

        // TLS that ends in the gateway, and plain HTTP: the application hears of the client.
        using (var client = await ConnectAsync(frontHttp))
        {
            Assert.EndsWith("ok", await OverTlsAsync(client, "web.test", null), StringComparison.Ordinal);
        }

        using (var client = await ConnectAsync(frontHttp))
        {
            Assert.EndsWith("ok", await ExchangeAsync(client, "GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n", halfClose: false), StringComparison.Ordinal);
        }

        Assert.Equal(2, web.Heads.Count(static head => head.Contains($"X-Forwarded-For: {Client}\r\n", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(0, (await stage.ApiAsync("/api/edge")).GetProperty("proxyHeadersMalformed").GetInt64());
    }

    [Fact]
    public async Task The_seeds_log_line_is_the_one_that_nginx_writes_for_the_same_connection()
    {
        await using var echo = ScriptedServer.Start(async connection => await connection.SendAsync("answer to " + await connection.ReadToEndAsync()));
        int[] dead = [ScriptedServer.ClosedPort(), ScriptedServer.ClosedPort()];
        var theirs = Path.Join(_root.FullName, "nginx.log");
        var ours = Path.Join(_root.FullName, "ours.log");
        var ports = Enumerable.Range(0, 8).Select(static _ => Ports.Free()).ToArray();
        await File.WriteAllTextAsync(Path.Join(_root.FullName, "dynamic.yml"), $$$"""
            tcp:
              routers:
                good: {entryPoints: [good], rule: HostSNI(`*`), service: good}
                dead: {entryPoints: [dead], rule: HostSNI(`*`), service: dead}
                closed: {entryPoints: [closed], rule: HostSNI(`*`), service: good, middlewares: [nobody]}
                proxied: {entryPoints: [proxied], rule: HostSNI(`*`), service: good}
              services:
                good: {loadBalancer: {proxyProtocol: {version: 1}, servers: [{address: '127.0.0.1:{{{echo.Port}}}'} ] } }
                dead: {loadBalancer: {servers: [{address: '127.0.0.1:{{{dead[0]}}}'}, {address: '127.0.0.1:{{{dead[1]}}}'} ] } }
              middlewares:
                nobody: {ipAllowList: {sourceRange: [192.0.2.0/24]} }
            """);
        await using var gateway = GatewayProcess.Start(
        [
            $"--entrypoints.good.address=127.0.0.1:{ports[0]}", $"--entrypoints.dead.address=127.0.0.1:{ports[1]}", $"--entrypoints.closed.address=127.0.0.1:{ports[2]}",
            $"--entrypoints.proxied.address=127.0.0.1:{ports[3]}", "--entrypoints.proxied.proxyprotocol.insecure=true", $"--providers.file.filename={Path.Join(_root.FullName, "dynamic.yml")}",
            $"--accesslog.l4.filepath={ours}", $"--accesslog.l4.format={SeedFormat}",
        ]);
        await gateway.ListeningAsync(ports[..4]);
        await gateway.LoggedAsync("serves; providers");
        await using var nginx = await PeerProcess.NginxAsync(_root.FullName, ports[7], $$"""
            log_format seed '{{SeedFormat}}';
            access_log {{theirs}} seed;
            upstream dead { server 127.0.0.1:{{dead[0]}} max_fails=0; server 127.0.0.1:{{dead[1]}} max_fails=0; }
            proxy_half_close on;
            server { listen 127.0.0.1:{{ports[4]}}; proxy_pass 127.0.0.1:{{echo.Port}}; proxy_protocol on; }
            server { listen 127.0.0.1:{{ports[5]}}; proxy_pass dead; }
            server { listen 127.0.0.1:{{ports[6]}}; proxy_pass 127.0.0.1:{{echo.Port}}; deny all; }
            server { listen 127.0.0.1:{{ports[7]}} proxy_protocol; proxy_pass 127.0.0.1:{{echo.Port}}; proxy_protocol on; }
            """);

        foreach (var (our, their, text, status) in new[]
        {
            (ports[0], ports[4], "hello", 200), (ports[1], ports[5], "", 502), (ports[2], ports[6], "", 403), (ports[3], ports[7], "PROXY nonsense\r\n", 400),
        })
        {
            var lines = new List<string[]>();
            foreach (var (port, log) in new[] { (our, ours), (their, theirs) })
            {
                using var client = await ConnectAsync(port);
                await ExchangeAsync(client, text);
                var own = PortOf(client);
                lines.Add(await FieldsAsync(gateway, log, own));
            }

            // Times and ports are each side's own; the length of a PROXY header may differ with the ports' digits.
            Assert.Equal($"{status}", lines[0][2]);
            Assert.Equal(Comparable(lines[1], status), Comparable(lines[0], status));
        }
    }

    [GeneratedRegex("""^(\S+) - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] (\S+) (\d+) (\d+) (\d+) \d+\.\d{3} "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)" (\S+) (\d+) (\S+) (\d+)$""")]
    private static partial Regex SeedLine();

    private static async Task<string[]> FieldsAsync(GatewayProcess gateway, string log, int port)
    {
        string[]? found = null;
        await UntilAsync(gateway, () =>
        {
            // "address port address port" ends the line.
            var line = File.Exists(log) ? File.ReadAllText(log).Split('\n').SkipLast(1).FirstOrDefault(line => line.Contains($" {Client} {port} ", StringComparison.Ordinal)) : null;
            if (line is null)
            {
                return false;
            }

            var match = SeedLine().Match(line);
            Assert.True(match.Success, line);
            found = [.. match.Groups.Values.Skip(1).Select(static group => group.Value)];
            return true;
        });
        return found!;
    }

    // Fields: client, protocol, status, sent, received, servers, to them, of them, connect times, client, port, local, port.
    private static string Comparable(string[] fields, int status)
    {
        fields = [.. fields];
        fields[8] = Time().Replace(fields[8], "T");
        fields[10] = "P";
        fields[12] = "P";
        if (status == 200)
        {
            fields[6] = int.Parse(fields[6]) is > 40 and < 60 ? "data and header" : fields[6];
        }

        if (status == 502)
        {
            // The order of the two is each balancer's.
            fields[5] = string.Join(", ", fields[5].Split(", ").Order());
        }

        return string.Join(" | ", fields);
    }

    [GeneratedRegex(@"\d+\.\d{3}")]
    private static partial Regex Time();

    private static async Task<JsonElement> RecordAsync(Stage stage, string log, int port)
    {
        JsonElement found = default;
        await UntilAsync(stage.Gateway, () =>
        {
            found = File.Exists(log)
                ? File.ReadAllText(log).Split('\n').SkipLast(1).Select(static line => JsonDocument.Parse(line).RootElement)
                    .FirstOrDefault(record => record.GetProperty("clientPort").GetInt32() == port && Text(record, "router").Length > 0)
                : default;
            return found.ValueKind == JsonValueKind.Object;
        });
        return found;
    }

    private static async Task UntilAsync(GatewayProcess gateway, Func<bool> holds)
    {
        var begun = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(begun.Elapsed < Soon, $"not within {Soon.TotalSeconds} s:\n{gateway.Log}");
            await Task.Delay(20); // another process's file has no event for us
        }
    }

    private static string Text(JsonElement record, string name) => record.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(Client, 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static async Task<string> ExchangeAsync(Socket socket, string text, bool halfClose = true)
    {
        using var limit = new CancellationTokenSource(Soon);
        var answer = new StringBuilder();
        var buffer = new byte[10_000];
        try
        {
            if (text.Length > 0)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes(text), limit.Token);
                if (halfClose)
                {
                    socket.Shutdown(SocketShutdown.Send);
                }
            }

            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var read)
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // A reset ends it, too.
        }

        return answer.ToString();
    }

    private static async Task<string> OverTlsAsync(Socket socket, string name, X509Certificate2? expected)
    {
        using var limit = new CancellationTokenSource(Soon);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, certificate, _, _) => expected is null || certificate!.GetCertHashString() == expected.GetCertHashString());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, limit.Token);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n"), limit.Token);
        var answer = new StringBuilder();
        var buffer = new byte[1000];
        while (!answer.ToString().EndsWith("ok", StringComparison.Ordinal) && !answer.ToString().EndsWith("secret", StringComparison.Ordinal)
            && await tls.ReadAsync(buffer, limit.Token) is > 0 and var read)
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        socket.Shutdown(SocketShutdown.Send);
        return answer.ToString();
    }
}
