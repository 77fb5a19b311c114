using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Tests.EntryPoints;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tests.Snapshots.Layer4;
using EdgeGateway.Testbed.Upstreams;
using Xunit;
using static EdgeGateway.Proxy.Tests.Snapshots.Layer4.Layer4Chain;

namespace EdgeGateway.Proxy.Tests.Tcp;

/// <summary>Connections through an entry point with TCP routers, over real sockets.</summary>
public sealed class TcpForwardingTests : IDisposable
{
    private static readonly TcpRouterConfig Any = new() { Rule = "HostSNI(`*`)" };

    private readonly Layer4Chain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task A_server_may_speak_first()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.SendAsync("220 hi");
            await connection.ReadSomeAsync();
        });
        await using var running = await StartAsync(One(Any, To(server)));
        using var client = await running.ConnectAsync();
        Assert.Equal("220 hi", await EchoServer.ReadAsync(client, 6));
    }

    [Fact]
    public async Task An_end_of_one_side_is_passed_on_and_the_answer_still_comes()
    {
        await using var server = EchoServer.Start();
        await using var running = await StartAsync(One(Any, To(server)));
        Assert.Equal("abcend after 3", await running.ExchangeAsync("abc", halfClose: true));
        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
        await Eventually.TrueAsync(() => server.Open == 0, "the server's side is open");
    }

    [Fact]
    public async Task The_server_may_end_first()
    {
        var received = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.SendAsync("bye");
            connection.EndSending();
            received.SetResult(await connection.ReadToEndAsync());
        });
        await using var running = await StartAsync(One(Any, To(server)));
        using var client = await running.ConnectAsync();
        Assert.Equal("bye", await RunningEntryPoint.ReadToEndAsync(client));
        await client.SendAsync("late"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("late", await received.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task After_the_termination_delay_the_other_direction_is_cut()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadToEndAsync();
            await connection.UntilClosedAsync();
        });
        var service = To(server);
        service = service with { LoadBalancer = service.LoadBalancer! with { TerminationDelay = 50 } };
        await using var running = await StartAsync(One(Any, service));
        using var client = await running.ConnectAsync();
        await client.SendAsync("x"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.True(await EchoServer.IsClosedAsync(client));
    }

    [Fact]
    public async Task A_reset_is_passed_on_as_a_reset()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.ReadSomeAsync();
            connection.Reset();
        });
        await using var running = await StartAsync(One(Any, To(server)));
        using var client = await running.ConnectAsync();
        await client.SendAsync("x"u8.ToArray());
        var error = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task A_server_that_refuses_costs_the_client_nothing_while_another_is_there()
    {
        await using var server = EchoServer.Start("live:");
        await using var running = await StartAsync(One(Any, Servers(
            $"127.0.0.1:{ScriptedServer.ClosedPort()}", $"127.0.0.1:{ScriptedServer.ClosedPort()}", $"127.0.0.1:{ScriptedServer.ClosedPort()}",
            $"127.0.0.1:{ScriptedServer.ClosedPort()}", $"127.0.0.1:{server.Port}")));
        for (var i = 0; i < 5; i++)
        {
            Assert.StartsWith("live:a", await running.ExchangeAsync("a", halfClose: true));
        }

        Assert.Equal(0, running.EntryPoint.TcpUnreachable);
    }

    [Fact]
    public async Task Without_a_server_the_connection_is_closed_and_counted()
    {
        await using var running = await StartAsync(One(Any, Servers($"127.0.0.1:{ScriptedServer.ClosedPort()}")));
        using var client = await running.ConnectAsync();
        Assert.True(await EchoServer.IsClosedAsync(client));
        Assert.Equal(1, running.EntryPoint.TcpUnreachable);
    }

    [Fact]
    public async Task TLS_passes_through_by_name_beside_HTTPS_and_plain_HTTP_on_one_port()
    {
        using var certificate = EchoServer.Certificate("pass.test");
        await using var server = EchoServer.Start("s:", certificate);
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`pass.test`)", Tls = new() { Passthrough = true } }, To(server)));
        await using (var tls = await running.ConnectTlsAsync("pass.test"))
        {
            Assert.Equal(certificate.Thumbprint, ((System.Security.Cryptography.X509Certificates.X509Certificate2)tls.RemoteCertificate!).Thumbprint);
            await tls.WriteAsync("hello"u8.ToArray());
            Assert.Equal("s:hello", await EchoServer.ReadAsync(tls, 7));
        }

        Assert.Equal("pass.test", Assert.Single(server.Names));
        await using var https = await running.ConnectTlsAsync("other.test");
        await https.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200", await EchoServer.ReadAsync(https, 12));
        Assert.StartsWith("HTTP/1.1 200", await running.ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task TLS_that_ends_here_is_relayed_in_clear_with_half_close_and_more_than_the_buffers_hold()
    {
        await using var server = EchoServer.Start();
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`term.test`)", Tls = new() }, To(server)));
        await using var tls = await running.ConnectTlsAsync("term.test");
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        var writing = tls.WriteAsync(sent).AsTask();
        var received = new byte[sent.Length];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await tls.ReadExactlyAsync(received, limit.Token);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received));
        await tls.ShutdownAsync();
        Assert.Equal($"end after {sent.Length}", await EchoServer.ReadAsync(tls, 100));
    }

    [Fact]
    public async Task A_handshake_without_a_protocol_in_common_costs_no_server_a_connection()
    {
        await using var server = ScriptedServer.Start(static connection => connection.UntilClosedAsync());
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`a.test`)", Tls = new() }, To(server)));
        using var socket = await running.ConnectAsync();
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);

        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.test", ApplicationProtocols = [new SslApplicationProtocol("xmpp")],
        }));

        await Eventually.TrueAsync(() => running.EntryPoint.Connections.Count == 0, "the connection ends");
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_server_that_is_away_shows_as_a_cut_handshake()
    {
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`dead.test`)", Tls = new() }, Servers($"127.0.0.1:{ScriptedServer.ClosedPort()}")));
        await Assert.ThrowsAnyAsync<Exception>(() => running.ConnectTlsAsync("dead.test"));
        Assert.Equal(1, running.EntryPoint.TcpUnreachable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TLS_is_spoken_to_the_server_and_an_untrusted_one_gets_nothing(bool trusted)
    {
        using var certificate = EchoServer.Certificate("backend.test");
        await using var server = EchoServer.Start("t:", certificate);
        var tcp = One(Any, new() { LoadBalancer = new() { ServersTransport = "t", Servers = [new() { Address = $"127.0.0.1:{server.Port}", Tls = true }] } }) with
        {
            ServersTransports = Map(("t", new TcpServersTransportConfig
            {
                Tls = new() { ServerName = "backend.test", RootCAs = trusted ? [certificate.ExportCertificatePem()] : [] },
            })),
        };
        await using var running = await StartAsync(tcp);
        using var client = await running.ConnectAsync();
        if (trusted)
        {
            await client.SendAsync("x"u8.ToArray());
            Assert.Equal("t:x", await EchoServer.ReadAsync(client, 3));
            Assert.Equal("backend.test", Assert.Single(server.Names));
        }
        else
        {
            Assert.True(await EchoServer.IsClosedAsync(client));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_PROXY_header_goes_to_the_server_first_with_what_came_in_by_one(int version)
    {
        var received = new TaskCompletionSource<string>();
        await using var server = ScriptedServer.Start(async connection => received.SetResult(await connection.ReadToEndAsync()));
        var service = To(server);
        service = service with { LoadBalancer = service.LoadBalancer! with { ProxyProtocol = new() { Version = version } } };
        await using var running = await StartAsync(One(Any, service), new() { ProxyProtocol = new() { Insecure = true } });
        using var client = await running.ConnectAsync();
        await client.SendAsync("PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nhi"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        var text = await received.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(
            version == 1 ? "PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nhi" : "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000C\u000A\u0001\u0002\u0003\u000A\u0009\u0009\u0009\u0010\u00E1\u0001\u00BBhi",
            text);
    }

    [Theory]
    [InlineData("127.0.0.1", "10.1.2.3")]
    [InlineData("192.0.2.0/24", "127.0.0.1")]
    public async Task The_addresses_of_a_PROXY_header_count_for_trusted_peers_only(string trusted, string expected)
    {
        var seen = new TaskCompletionSource<string>();
        await using var running = await RunningEntryPoint.StartAsync(
            context =>
            {
                seen.TrySetResult(context.Connection.PeerAddressText);
                return RunningEntryPoint.Answer(context, "x");
            },
            new() { ProxyProtocol = new() { TrustedIPs = [trusted] } });
        Assert.StartsWith("HTTP/1.1 200", await running.ExchangeAsync("PROXY TCP4 10.1.2.3 10.9.9.9 4321 443\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        Assert.Equal(expected, await seen.Task);
    }

    [Fact]
    public async Task A_PROXY_header_stands_before_TLS_and_a_malformed_one_closes_and_is_counted()
    {
        var seen = new TaskCompletionSource<string>();
        await using var running = await RunningEntryPoint.StartAsync(
            context =>
            {
                seen.TrySetResult(context.Connection.PeerAddressText);
                return RunningEntryPoint.Answer(context, "x");
            },
            new() { ProxyProtocol = new() { Insecure = true } });
        using var socket = await running.ConnectAsync();
        await socket.SendAsync("PROXY TCP6 2001:db8::7 2001:db8::1 5 6\r\n"u8.ToArray());
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("a.test");
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        Assert.Equal("2001:db8::7", await seen.Task.WaitAsync(TimeSpan.FromSeconds(60)));

        using var bad = await running.ConnectAsync();
        await bad.SendAsync("PROXY nonsense\r\n"u8.ToArray());
        Assert.True(await EchoServer.IsClosedAsync(bad));
        Assert.Equal(1, running.EntryPoint.MalformedProxyHeaders);
    }

    [Fact]
    public void An_entry_point_that_believes_nobody_is_refused()
    {
        var error = Assert.Throws<InvalidDataException>(() => new EntryPoint(
            "x", new() { ProxyProtocol = new() }, _ => default, new(), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System));
        Assert.Contains("entryPoint x: proxyProtocol: no trusted IPs provided", error.Message);
    }

    [Fact]
    public async Task Middlewares_close_what_they_do_not_let_in_and_count_out_what_ended()
    {
        await using var server = EchoServer.Start();
        var tcp = One(Any with { Middlewares = ["allow", "limit"] }, To(server)) with
        {
            Middlewares = Map(
                ("allow", new TcpMiddlewareConfig { IpAllowList = new() { SourceRange = ["127.0.0.1"] } }),
                ("limit", new TcpMiddlewareConfig { InFlightConn = new() { Amount = 1 } })),
        };
        await using var running = await StartAsync(tcp);
        using (var first = await running.ConnectAsync())
        {
            await first.SendAsync("a"u8.ToArray());
            Assert.Equal("a", await EchoServer.ReadAsync(first, 1));
            using var second = await running.ConnectAsync();
            Assert.True(await EchoServer.IsClosedAsync(second));
            Assert.Equal(1, running.EntryPoint.TcpRefused);
        }

        await RunningEntryPoint.UntilAsync(() => running.EntryPoint.ConnectionCount == 0);
        Assert.StartsWith("b", await running.ExchangeAsync("b", halfClose: true));
        _chain.Compile(Message(tcp with { Middlewares = tcp.Middlewares.Select(static m => m.Key == "allow"
            ? KeyValuePair.Create(m.Key, new TcpMiddlewareConfig { IpAllowList = new() { SourceRange = ["10.0.0.0/8"] } })
            : m).ToConfigMap() }));
        using var other = await running.ConnectAsync();
        Assert.True(await EchoServer.IsClosedAsync(other));
    }

    [Fact]
    public async Task A_PostgreSQL_client_is_told_yes_and_routed_by_the_hello_that_follows()
    {
        await using var server = EchoServer.Start("pg:");
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`pg.test`)", Tls = new() }, To(server)));
        using var socket = await running.ConnectAsync();
        await using var tls = await StartTlsAsync(socket, "pg.test");
        await tls.WriteAsync("hi"u8.ToArray());
        Assert.Equal("pg:hi", await EchoServer.ReadAsync(tls, 5));

        using var other = await running.ConnectAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => StartTlsAsync(other, "unknown.test"));
        using var plain = await running.ConnectAsync();
        await plain.SendAsync(new byte[] { 0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F });
        Assert.Equal("S", await EchoServer.ReadAsync(plain, 1));
        await plain.SendAsync("plain"u8.ToArray());
        Assert.True(await EchoServer.IsClosedAsync(plain));
    }

    [Theory]
    [InlineData("S", true)]
    [InlineData("N", false)]
    public async Task A_PostgreSQL_server_that_gets_the_TLS_itself_is_asked_first(string answer, bool works)
    {
        using var certificate = EchoServer.Certificate("pg.test");
        await using var server = ScriptedServer.Start(async connection =>
        {
            Assert.Equal("\0\0\0\b\u0004\u00D2\u0016/", await connection.ReadTextAsync(8));
            await connection.SendAsync(answer);
            await connection.SecureAsync(new() { ServerCertificate = certificate });
            await connection.SendAsync("secret");
            await connection.UntilClosedAsync();
        });
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`pg.test`)", Tls = new() { Passthrough = true } }, To(server)));
        using var socket = await running.ConnectAsync();
        if (works)
        {
            await using var tls = await StartTlsAsync(socket, "pg.test");
            Assert.Equal("secret", await EchoServer.ReadAsync(tls, 6));
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => StartTlsAsync(socket, "pg.test"));
        }
    }

    [Fact]
    public async Task A_hello_of_SSL_2_gets_the_alert_of_its_version()
    {
        await using var running = await StartAsync(One(new() { Rule = "HostSNI(`a.test`)", Tls = new() }, Servers("127.0.0.1:1")));
        using var socket = await running.ConnectAsync();
        await socket.SendAsync(new byte[] { 0x80, 0x2E, 1, 0, 2 });
        Assert.Equal("\u0015\u0003\u0001\0\u0002\u0002F", await RunningEntryPoint.ReadToEndAsync(socket));
    }

    [Fact]
    public async Task A_reader_that_stalls_stops_the_writer_and_bounds_what_we_hold()
    {
        var go = new TaskCompletionSource();
        var total = 0L;
        var done = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            await go.Task;
            while (await connection.ReadSomeAsync() is { IsEmpty: false } some)
            {
                total += some.Length;
            }

            done.SetResult();
        });
        await using var running = await StartAsync(One(Any, To(server)));
        using var client = await running.ConnectAsync();
        client.Blocking = false;
        var sent = 0L;
        var block = new byte[65536];
        var idle = 0;
        while (idle < 20)
        {
            var count = client.Send(block, 0, block.Length, SocketFlags.None, out _);
            sent += Math.Max(count, 0);
            idle = count > 0 ? 0 : idle + 1;
            if (count <= 0)
            {
                await Task.Delay(10); // what the kernel still takes has no event of ours
            }
        }

        // What is on its way is in the kernel's buffers and one buffer of ours.
        var connection = Assert.Single(running.EntryPoint.Connections);
        var held = connection.BytesRead;
        await Task.Delay(50);
        Assert.Equal(held, connection.BytesRead);
        go.SetResult();
        client.Blocking = true;
        client.Shutdown(SocketShutdown.Send);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(sent, total);
    }

    [Fact]
    public async Task A_drain_lets_a_relay_end_within_the_grace_time_and_cuts_it_after_that()
    {
        await using var server = EchoServer.Start();
        var config = new EntryPointConfig { Transport = new() { LifeCycle = new() { GraceTimeOut = TimeSpan.FromMilliseconds(300) } } };
        await using var running = await StartAsync(One(Any, To(server)), config);
        using var client = await running.ConnectAsync();
        await client.SendAsync("a"u8.ToArray());
        Assert.Equal("a", await EchoServer.ReadAsync(client, 1));
        var stop = running.EntryPoint.StopAsync();
        await client.SendAsync("b"u8.ToArray());
        Assert.Equal("b", await EchoServer.ReadAsync(client, 1));
        Assert.True(await EchoServer.IsClosedAsync(client));
        await stop;
    }

    [Fact]
    public async Task Instances_come_and_go_live_and_a_running_connection_stays()
    {
        await using var a = EchoServer.Start("a:");
        await using var b = EchoServer.Start("b:");
        await using var running = await StartAsync(One(Any, To(a)));
        using var first = await running.ConnectAsync();
        await first.SendAsync("1"u8.ToArray());
        Assert.Equal("a:1", await EchoServer.ReadAsync(first, 3));
        _chain.Compile(Message(One(Any, To(b))));
        Assert.StartsWith("b:2", await running.ExchangeAsync("2", halfClose: true));
        await first.SendAsync("3"u8.ToArray());
        Assert.Equal("a:3", await EchoServer.ReadAsync(first, 3));
    }

    [Fact]
    public async Task A_health_check_takes_a_server_out_and_back()
    {
        var healthy = true;
        await using var server = ScriptedServer.Start(async connection =>
        {
            if (await connection.ReadTextAsync(4) == "PING")
            {
                await connection.SendAsync(Volatile.Read(ref healthy) ? "PONG" : "NOPE");
            }
        });
        var service = To(server);
        service = service with
        {
            LoadBalancer = service.LoadBalancer! with
            {
                HealthCheck = new() { Send = "PING", Expect = "PONG", Interval = TimeSpan.FromMilliseconds(30), Timeout = TimeSpan.FromSeconds(5) },
            },
        };
        _chain.Compile(Message(One(Any, service)));
        bool IsUp() => _chain.Report.TcpServices["s@file"].ServerStatus()[0].Value;
        Assert.True(IsUp());
        await Eventually.TrueAsync(() => server.Connections > 1, "never checked");
        Assert.True(IsUp());
        Volatile.Write(ref healthy, false);
        await Eventually.TrueAsync(() => !IsUp(), "still up");
        Volatile.Write(ref healthy, true);
        await Eventually.TrueAsync(IsUp, "still down");
        _chain.Compile(Message(One(Any, To(server))));
        var checks = server.Connections;
        await Task.Delay(100); // three intervals in which nothing may happen
        Assert.InRange(server.Connections, checks, checks + 1);
    }

    private static TcpServiceConfig To(ScriptedServer server) => Servers($"127.0.0.1:{server.Port}");

    private static async Task<SslStream> StartTlsAsync(Socket socket, string name)
    {
        await socket.SendAsync(new byte[] { 0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F });
        Assert.Equal("S", await EchoServer.ReadAsync(socket, 1));
        var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        try
        {
            await tls.AuthenticateAsClientAsync(name).WaitAsync(TimeSpan.FromSeconds(60));
            return tls;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private Task<RunningEntryPoint> StartAsync(TcpConfiguration tcp, EntryPointConfig? config = null)
    {
        _chain.Compile(Message(tcp));
        return RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"), config, snapshots: _chain.Snapshots);
    }
}
