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

/// <summary>The L4 access log of the real executable: who came, where to, how much, and who ended it how.</summary>
public sealed partial class Layer4AccessLogTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("edge-l4log-");
    private readonly int _db = Ports.Free();

    private string LogFile => Path.Join(_root.FullName, "l4.log");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Plain_TCP_with_the_servers_that_were_tried()
    {
        await using var live = Echo("l:");
        var dead = ScriptedServer.ClosedPort();
        await using var stage = await StartAsync(
            n =>
            {
                n.Register("d1", "db", dead, Tcp("db", "HostSNI(`*`)", "db"));
                n.Register("d2", "db", live.Port, Tcp("db", "HostSNI(`*`)", "db"));
            });
        using var first = await ConnectAsync(_db);
        Assert.Equal("l:xyzend", await ExchangeAsync(first, "xyz"));
        using var second = await ConnectAsync(_db);
        Assert.Equal("l:xend", await ExchangeAsync(second, "x"));

        // One of the two met the dead server first; which one is the balancer's choice.
        var records = await RecordsAsync(stage, static r => Text(r, "router") == "db@nomad", 2);
        var retried = Assert.Single(records, static r => r.GetProperty("servers").GetArrayLength() == 2);
        var servers = retried.GetProperty("servers");
        Assert.Equal($"127.0.0.1:{dead}", Text(servers[0], "address"));
        Assert.False(servers[0].GetProperty("connected").GetBoolean());
        Assert.Equal($"127.0.0.1:{live.Port}", Text(servers[1], "address"));
        foreach (var (client, data) in new[] { (first, 3), (second, 1) })
        {
            var record = Assert.Single(records, r => Number(r, "clientPort") == PortOf(client)); // they ended at once
            Assert.Equal(("TCP", 200, "db", "db@nomad"), (Text(record, "protocol"), Number(record, "status"), Text(record, "entryPoint"), Text(record, "service")));
            Assert.Equal("127.0.0.1", Text(record, "clientAddress"));
            Assert.Equal(("127.0.0.1", _db), (Text(record, "localAddress"), Number(record, "localPort")));
            Assert.Equal((data, data + 5), (Number(record, "bytesReceived"), Number(record, "bytesSent")));
            var last = record.GetProperty("servers")[record.GetProperty("servers").GetArrayLength() - 1];
            Assert.Equal((data, data + 5), (Number(last, "bytesSent"), Number(last, "bytesReceived")));
            Assert.Equal(("client", "closed"), Ended(record));
        }
    }

    [Fact]
    public async Task No_server_is_502_and_names_those_that_were_tried()
    {
        int[] dead = [ScriptedServer.ClosedPort(), ScriptedServer.ClosedPort()];
        await using var stage = await StartAsync(n =>
        {
            n.Register("d1", "db", dead[0], Tcp("db", "HostSNI(`*`)", "db"));
            n.Register("d2", "db", dead[1], Tcp("db", "HostSNI(`*`)", "db"));
        });
        using var client = await ConnectAsync(_db);
        Assert.Equal("", await ReadAsync(client, 1));
        var record = await RecordAsync(stage, static r => Text(r, "router") == "db@nomad");
        Assert.Equal((502, ("gateway", "noServer")), (Number(record, "status"), Ended(record)));
        Assert.Equal(dead.Select(static p => $"127.0.0.1:{p}").Order(), record.GetProperty("servers").EnumerateArray().Select(static s => Text(s, "address")).Order());
    }

    [Fact]
    public async Task Passthrough_by_name_and_TLS_that_ends_here()
    {
        using var certificate = SelfSigned("pass.test");
        await using var pass = Echo("p:", certificate);
        await using var clear = Echo("c:");
        await using var stage = await StartAsync(n =>
        {
            n.Register("p1", "pass", pass.Port, [.. Tcp("pass", "HostSNI(`pass.test`)", "websecure"), "traefik.tcp.routers.pass.tls.passthrough=true"]);
            n.Register("t1", "term", clear.Port, [.. Tcp("term", "HostSNI(`term.test`)", "websecure"), "traefik.tcp.routers.term.tls=true"]);
        });
        Assert.Equal("p:hello", await OverTlsAsync(stage.WebSecure, "pass.test", "x-test"));
        Assert.Equal("c:hello", await OverTlsAsync(stage.WebSecure, "term.test"));

        var passed = await RecordAsync(stage, static r => Text(r, "router") == "pass@nomad");
        Assert.Equal("pass.test", Text(passed, "sni"));
        Assert.Equal("""["x-test"]""", passed.GetProperty("alpnOffered").GetRawText());
        Assert.False(passed.TryGetProperty("tlsVersion", out _));
        var bytes = Number(passed, "bytesReceived");
        Assert.True(bytes > 100, "the hello counts");
        Assert.Equal((bytes, bytes), (Number(passed, "socketBytesReceived"), Number(passed.GetProperty("servers")[0], "bytesSent")));

        var ended = await RecordAsync(stage, static r => Text(r, "router") == "term@nomad");
        Assert.Equal(("term.test", "TLSv1.3", 5), (Text(ended, "sni"), Text(ended, "tlsVersion"), Number(ended, "bytesReceived")));
        Assert.InRange(Number(ended, "bytesSent"), 7, 10); // the server's last word may meet a client that is gone
        Assert.StartsWith("TLS_", Text(ended, "tlsCipher"), StringComparison.Ordinal);
        Assert.True(Number(ended, "socketBytesReceived") > 100, "the handshake counts at the socket");
    }

    [Fact]
    public async Task What_is_not_let_in_not_routed_or_not_readable_has_its_status()
    {
        await using var server = Echo("x:");
        var proxied = Ports.Free();
        await using var stage = await StartAsync(
            n =>
            {
                n.Register(
                    "d1", "db", server.Port,
                    [.. Tcp("db", "HostSNI(`*`)", "db"), "traefik.tcp.routers.db.middlewares=own", "traefik.tcp.middlewares.own.ipallowlist.sourcerange=10.0.0.0/8"]);
                n.Register("p1", "pass", server.Port, [.. Tcp("pass", "HostSNI(`pass.test`)", "websecure"), "traefik.tcp.routers.pass.tls=true"]);
                n.Register("w1", "one", server.Port, [.. Tcp("one", "HostSNI(`*`)", "outer"), "traefik.tcp.routers.one.middlewares=few", "traefik.tcp.middlewares.few.inflightconn.amount=1"]);
            },
            $"--entrypoints.outer.address=127.0.0.1:{proxied}", "--entrypoints.outer.proxyprotocol.trustedips=127.0.0.1");
        await stage.Gateway.ListeningAsync(proxied, stage.WebSecure);

        using (var refused = await ConnectAsync(_db))
        {
            Assert.Equal("", await ReadAsync(refused, 1));
            var record = await RecordAsync(stage, r => Number(r, "clientPort") == PortOf(refused));
            Assert.Equal((403, "db@nomad", ("gateway", "refused")), (Number(record, "status"), Text(record, "router"), Ended(record)));
            Assert.False(record.TryGetProperty("servers", out _));
        }

        using (var noRoute = await ConnectAsync(stage.WebSecure))
        {
            // PostgreSQL's SSLRequest, then a name that no TCP router has: HTTP cannot take it.
            await noRoute.SendAsync(new byte[] { 0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F });
            Assert.Equal("S", await ReadAsync(noRoute, 1));
            await using var tls = new SslStream(new NetworkStream(noRoute), false, static (_, _, _, _) => true);
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync("nobody.test"));
            var record = await RecordAsync(stage, r => Number(r, "clientPort") == PortOf(noRoute));
            Assert.Equal((502, "nobody.test", ("gateway", "noRoute")), (Number(record, "status"), Text(record, "sni"), Ended(record)));
        }

        using (var garbage = await ConnectAsync(stage.WebSecure))
        {
            await garbage.SendAsync(new byte[] { 0x16, 3, 1, 0, 4, 9, 9, 9, 9 });
            Assert.Equal("", await ReadAsync(garbage, 1));
            var record = await RecordAsync(stage, r => Number(r, "clientPort") == PortOf(garbage));
            Assert.Equal((400, 9, ("gateway", "badOpening")), (Number(record, "status"), Number(record, "bytesReceived"), Ended(record)));
        }

        using (var header = await ConnectAsync(proxied))
        {
            await header.SendAsync("PROXY nonsense\r\n"u8.ToArray());
            Assert.Equal("", await ReadAsync(header, 1));
            Assert.Equal(400, Number(await RecordAsync(stage, r => Number(r, "clientPort") == PortOf(header)), "status"));
        }

        using (var handshake = await ConnectAsync(stage.WebSecure))
        {
            await using var tls = new SslStream(new NetworkStream(handshake), false, static (_, _, _, _) => false); // the client does not like our certificate
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync("pass.test"));
            handshake.Close();
        }

        // Two connections of one client address that the PROXY protocol names: the second is too many.
        using var first = await ConnectAsync(proxied);
        await first.SendAsync("PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nhi"u8.ToArray());
        Assert.Equal("x:hi", await ReadAsync(first, 4));
        using var second = await ConnectAsync(proxied);
        await second.SendAsync("PROXY TCP4 10.1.2.3 10.9.9.9 4322 443\r\nhi"u8.ToArray());
        Assert.Equal("", await ReadAsync(second, 1));
        var many = await RecordAsync(stage, static r => Number(r, "clientPort") == 4322);
        Assert.Equal((503, "10.1.2.3", "127.0.0.1", PortOf(second)), (Number(many, "status"), Text(many, "clientAddress"), Text(many, "peerAddress"), Number(many, "peerPort")));
        Assert.Equal(("10.9.9.9", 443), (Text(many, "localAddress"), Number(many, "localPort")));
    }

    [Fact]
    public async Task Who_ended_it_and_how()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            var text = await connection.ReadSomeAsync();
            switch (Encoding.ASCII.GetString(text.Span))
            {
                case "bye":
                    return;
                case "reset":
                    connection.Reset();
                    return;
                default:
                    await connection.SendAsync("!");
                    await connection.UntilClosedAsync();
                    return;
            }
        });
        await using var stage = await StartAsync(
            n => n.Register("d1", "db", server.Port, [.. Tcp("db", "HostSNI(`*`)", "db"), "edge.tcp.services.db.loadbalancer.idletimeout=300ms"]),
            "--edge.tcp.sessionTimeout=1h");
        Assert.Equal(("server", "closed"), await EndAsync(stage, async client =>
        {
            await client.SendAsync("bye"u8.ToArray());
            await ReadAsync(client, 1);
        }));
        Assert.Equal(("server", "reset"), await EndAsync(stage, async client =>
        {
            await client.SendAsync("reset"u8.ToArray());
            await ReadAsync(client, 1);
        }));
        Assert.Equal(("client", "reset"), await EndAsync(stage, async client =>
        {
            await client.SendAsync("stay"u8.ToArray());
            await ReadAsync(client, 1);
            client.Close(0);
        }));
        Assert.Equal(("gateway", "idleTimeout"), await EndAsync(stage, async client =>
        {
            await client.SendAsync("stay"u8.ToArray());
            Assert.Equal("!", await ReadAsync(client, 10)); // an end, not a reset
        }));
    }

    [Fact]
    public async Task A_UDP_session_is_one_record()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var dns = Ports.Free();
        await using var stage = await StartAsync(
            n => n.Register("u1", "dns", PortOf(server), "traefik.udp.routers.dns.entrypoints=dns"),
            $"--entrypoints.dns.address=127.0.0.1:{dns}/udp", "--entrypoints.dns.udp.timeout=500ms");
        await stage.Gateway.LoggedAsync("/udp");
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var limit = new CancellationTokenSource(Soon);
        var buffer = new byte[100];
        for (var i = 0; i < 3; i++)
        {
            await client.SendToAsync("abcd"u8.ToArray(), new IPEndPoint(IPAddress.Loopback, dns), limit.Token);
            var asked = await server.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), limit.Token);
            await server.SendToAsync("answer"u8.ToArray(), asked.RemoteEndPoint, limit.Token);
            await client.ReceiveAsync(buffer, limit.Token);
        }

        var record = await RecordAsync(stage, static r => Text(r, "protocol") == "UDP");
        Assert.Equal((200, ("gateway", "idleTimeout"), "dns@nomad", PortOf(client)), (Number(record, "status"), Ended(record), Text(record, "router"), Number(record, "clientPort")));
        Assert.Equal((12, 18, dns), (Number(record, "bytesReceived"), Number(record, "bytesSent"), Number(record, "localPort")));
        var only = Assert.Single(record.GetProperty("servers").EnumerateArray());
        Assert.Equal(($"127.0.0.1:{PortOf(server)}", 12, 18), (Text(only, "address"), Number(only, "bytesSent"), Number(only, "bytesReceived")));
    }

    [Fact]
    public async Task The_seeds_nginx_format_and_a_rotation_by_somebody_else()
    {
        await using var server = Echo("n:");
        await using var stage = await StartAsync(
            n => n.Register("d1", "db", server.Port, [.. Tcp("db", "HostSNI(`*`)", "db"), "traefik.tcp.services.db.loadbalancer.proxyprotocol.version=1"]),
            "--accessLog.l4.format=$remote_addr - [$time_local] $protocol $status $bytes_sent $bytes_received $session_time \"$upstream_addr\" "
            + "\"$upstream_bytes_sent\" \"$upstream_bytes_received\" \"$upstream_connect_time\" $remote_addr $remote_port $server_addr $server_port");
        using var client = await ConnectAsync(_db);
        var answer = await ExchangeAsync(client, "xyz");
        var header = $"PROXY TCP4 127.0.0.1 127.0.0.1 {PortOf(client)} {_db}\r\n".Length;
        await UntilAsync(stage, lines => lines.Length > 0);
        var line = File.ReadAllLines(LogFile)[^1];
        var match = SeedLine().Match(line);
        Assert.True(match.Success, line);
        Assert.Equal(
            ["127.0.0.1", "TCP", "200", $"{answer.Length}", "3", $"127.0.0.1:{server.Port}", $"{3 + header}", $"{answer.Length}", "127.0.0.1", $"{PortOf(client)}", "127.0.0.1", $"{_db}"],
            match.Groups.Values.Skip(1).Select(static g => g.Value));

        File.Move(LogFile, LogFile + ".1");
        stage.Gateway.Signal("USR1");
        await UntilAsync(stage, async () =>
        {
            using var again = await ConnectAsync(_db);
            await ExchangeAsync(again, "z");
            return File.Exists(LogFile) && File.ReadAllText(LogFile).Length > 0;
        });
    }

    [Fact]
    public async Task What_is_cut_at_the_end_is_still_told_and_an_entry_point_may_be_silent()
    {
        await using var server = Echo("x:");
        var silent = Ports.Free();
        await using var stage = await StartAsync(
            n =>
            {
                n.Register("d1", "db", server.Port, Tcp("db", "HostSNI(`*`)", "db"));
                n.Register("s1", "quiet", server.Port, Tcp("quiet", "HostSNI(`*`)", "quiet"));
            },
            "--entrypoints.db.transport.lifecycle.gracetimeout=200ms", $"--entrypoints.quiet.address=127.0.0.1:{silent}", "--entrypoints.quiet.observability.accesslogs=false");
        await stage.Gateway.ListeningAsync(silent);
        using (var unseen = await ConnectAsync(silent))
        {
            Assert.Equal("x:aend", await ExchangeAsync(unseen, "a"));
        }

        using var client = await ConnectAsync(_db);
        await client.SendAsync("stay"u8.ToArray());
        Assert.Equal("x:stay", await ReadAsync(client, 6));
        Assert.Equal(0, await stage.Gateway.TerminateAsync());
        var record = JsonDocument.Parse(Assert.Single(File.ReadAllLines(LogFile), line => line.Contains($"\"clientPort\":{PortOf(client)},", StringComparison.Ordinal))).RootElement;
        Assert.Equal((("gateway", "cut"), 4, 6), (Ended(record), Number(record, "bytesReceived"), Number(record, "bytesSent")));
        Assert.DoesNotContain("\"quiet\"", await File.ReadAllTextAsync(LogFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_format_ends_the_start_with_the_flag_and_the_place()
    {
        await using var gateway = GatewayProcess.Start(["--accessLog.l4.format=$remote_addr $upstream_adr"]);
        using var limit = new CancellationTokenSource(Soon);
        await gateway.Process.WaitForExitAsync(limit.Token);
        Assert.Equal(1, gateway.Process.ExitCode);
        await gateway.LoggedAsync("there is no variable $upstream_adr; did you mean $upstream_addr? (character 14 of");
        Assert.Contains("--accessLog.l4.format", gateway.Log, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(
        """^(\S+) - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] (\S+) (\d+) (\d+) (\d+) \d+\.\d{3} "([^"]*)" "(\d+)" "(\d+)" "\d+\.\d{3}" (\S+) (\d+) (\S+) (\d+)$""")]
    private static partial Regex SeedLine();

    private async Task<Stage> StartAsync(Action<EdgeGateway.Testbed.Nomad.EmbeddedNomad> register, params string[] more)
    {
        var stage = await Stage.StartAsync(register, more: [$"--entrypoints.db.address=127.0.0.1:{_db}", $"--accessLog.l4.filePath={LogFile}", $"--accessLog.filePath={LogFile}.http", .. more]);
        await stage.Gateway.LoggedAsync("EdgeGateway");
        await stage.Gateway.LoggedAsync("serves; providers");
        return stage;
    }

    private async Task<(string By, string How)> EndAsync(Stage stage, Func<Socket, Task> talk)
    {
        using var client = await ConnectAsync(_db);
        var port = PortOf(client);
        await talk(client);
        return Ended(await RecordAsync(stage, r => Number(r, "clientPort") == port));
    }

    private async Task<JsonElement> RecordAsync(Stage stage, Func<JsonElement, bool> wanted) => (await RecordsAsync(stage, wanted, 1))[0];

    private async Task<List<JsonElement>> RecordsAsync(Stage stage, Func<JsonElement, bool> wanted, int count)
    {
        List<JsonElement> found = [];
        await UntilAsync(stage, lines =>
        {
            found = [.. lines.Select(static line => JsonDocument.Parse(line).RootElement).Where(wanted)];
            return found.Count >= count;
        });
        Assert.Equal(count, found.Count);
        return found;
    }

    private Task UntilAsync(Stage stage, Func<string[], bool> holds) => UntilAsync(
        stage, () => Task.FromResult(File.Exists(LogFile) && File.ReadAllText(LogFile) is { } text && holds(text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))));

    private static async Task UntilAsync(Stage stage, Func<Task<bool>> holds) => await stage.UntilAsync(holds, Soon);

    private static string[] Tcp(string name, string rule, string entryPoint) =>
        [$"traefik.tcp.routers.{name}.rule={rule}", $"traefik.tcp.routers.{name}.entrypoints={entryPoint}"];

    private static string Text(JsonElement record, string name) => record.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static int Number(JsonElement record, string name) => record.GetProperty(name).GetInt32();

    private static (string By, string How) Ended(JsonElement record) => (Text(record, "endedBy"), Text(record, "end"));

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static async Task<string> ExchangeAsync(Socket socket, string text)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        socket.Shutdown(SocketShutdown.Send);
        return await ReadAsync(socket, 10_000);
    }

    private static async Task<string> OverTlsAsync(int port, string name, params string[] protocols)
    {
        using var socket = await ConnectAsync(port);
        await using var tls = new SslStream(new NetworkStream(socket), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [.. protocols.Select(static p => new SslApplicationProtocol(p))] });
        await tls.WriteAsync("hello"u8.ToArray());
        var buffer = new byte[7];
        using var limit = new CancellationTokenSource(Soon);
        return Encoding.ASCII.GetString(buffer, 0, await tls.ReadAtLeastAsync(buffer, 7, throwOnEndOfStream: false, limit.Token));
    }

    private static async Task<string> ReadAsync(Socket socket, int length)
    {
        using var limit = new CancellationTokenSource(Soon);
        var buffer = new byte[length];
        var read = 0;
        try
        {
            while (read < length && await socket.ReceiveAsync(buffer.AsMemory(read), limit.Token) is > 0 and var more)
            {
                read += more;
            }
        }
        catch (SocketException)
        {
            // A reset ends it, too.
        }

        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
