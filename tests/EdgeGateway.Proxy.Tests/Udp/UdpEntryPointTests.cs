using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Tests.Forwarding;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tests.Snapshots.Layer4;
using EdgeGateway.Proxy.Udp;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static EdgeGateway.Proxy.Tests.Snapshots.Layer4.Layer4Chain;

namespace EdgeGateway.Proxy.Tests.Udp;

/// <summary>Datagrams through a UDP entry point, over real sockets. Alone, since one test looks at what the process allocates.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class UdpEntryPointTests : IDisposable
{
    private readonly Layer4Chain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task A_client_keeps_its_server_and_gets_every_answer()
    {
        using var a = new UdpServer("a:", answers: 3);
        using var b = new UdpServer("b:", answers: 3);
        await using var udp = Start(new(), a.Address, b.Address);
        using var first = Client(udp);
        using var second = Client(udp);
        var name = (await AskAsync(first, "1"))[..2];
        Assert.Equal(name + "1", await ReceiveAsync(first));
        Assert.Equal(name + "1", await ReceiveAsync(first));
        Assert.NotEqual(name, (await AskAsync(second, "2"))[..2]);
        Assert.Equal(name + "3", await AskAsync(first, "3"));
        Assert.Equal(2, udp.SessionCount);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_the_next_datagram_begins_another()
    {
        using var a = new UdpServer("a:");
        using var b = new UdpServer("b:");
        await using var udp = Start(new() { Udp = new() { Timeout = TimeSpan.FromMilliseconds(100) } }, a.Address, b.Address);
        using var client = Client(udp);
        var before = await AskAsync(client, "x");
        await Eventually.TrueAsync(() => udp.SessionCount == 0, "the session stays");
        Assert.NotEqual(before, await AskAsync(client, "x"));
    }

    [Fact]
    public async Task Forged_sources_push_out_what_is_idle_longest_and_leak_nothing()
    {
        using var server = new UdpServer("");
        var before = OpenSockets();
        await using var udp = Start(new() { Udp = new() { Timeout = TimeSpan.FromMinutes(1) } }, 50, server.Address);
        using var steady = Client(udp);
        await AskAsync(steady, "steady");
        for (var i = 0; i < 500; i++)
        {
            using var other = Client(udp);
            Assert.Equal("o", await AskAsync(other, "o"));
            if (i % 20 == 0)
            {
                Assert.Equal("still", await AskAsync(steady, "still"));
            }
        }

        Assert.Equal(50, udp.SessionCount);
        Assert.InRange(udp.Evicted, 400, 451); // the system may give a source port twice
        Assert.Equal(2, server.Sources(from => from == "steady" || from == "still"));
        await Eventually.TrueAsync(() => OpenSockets() <= before + 50 + 10, "sockets of ended sessions stay open");
    }

    [Fact]
    public async Task A_server_that_is_gone_is_left_for_another()
    {
        using var dead = new UdpServer("");
        using var live = new UdpServer("live:");
        await using var udp = Start(new(), dead.Address, live.Address);
        dead.Dispose();
        for (var i = 0; i < 4; i++)
        {
            using var client = Client(udp);
            await client.SendAsync("x"u8.ToArray());
            await client.SendAsync("x"u8.ToArray());
            await client.SendAsync("x"u8.ToArray());
            Assert.Equal("live:x", await ReceiveAsync(client));
        }
    }

    [Fact]
    public async Task On_all_addresses_the_answer_leaves_from_the_one_that_was_asked()
    {
        using var server = new UdpServer("");
        await using var udp = Start(new() { Address = ":0/udp" }, server.Address);
        foreach (var asked in (string[])["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"])
        {
            var address = IPAddress.Parse(asked);
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && udp.LocalEndPoint!.AddressFamily != AddressFamily.InterNetworkV6)
            {
                continue; // no IPv6 here
            }

            // Not connected: takes what comes from anywhere, and says from where.
            using var client = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            client.Bind(new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
            for (var i = 0; i < 3; i++)
            {
                await client.SendToAsync(Encoding.ASCII.GetBytes($"{asked} {i}"), new IPEndPoint(address, udp.LocalEndPoint!.Port));
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                var buffer = new byte[100];
                var answer = await client.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0), limit.Token);
                Assert.Equal($"{asked} {i}", Encoding.ASCII.GetString(buffer, 0, answer.ReceivedBytes));
                Assert.Equal(new IPEndPoint(address, udp.LocalEndPoint.Port), answer.RemoteEndPoint);
            }
        }

        // Sharing the port was for a moment only.
        using var thief = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        thief.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        Assert.Throws<SocketException>(() => thief.Bind(new IPEndPoint(IPAddress.Loopback, udp.LocalEndPoint!.Port)));
    }

    [Fact]
    public async Task After_warm_up_a_datagram_costs_no_memory()
    {
        const int Rounds = 2000;
        using var server = new UdpServer("");
        await using var udp = Start(new(), server.Address);
        using var client = Client(udp);
        var bytes = new byte[100];
        async Task ExchangeAsync(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                await client.SendAsync(bytes, SocketFlags.None, CancellationToken.None);
                await client.ReceiveAsync(bytes, SocketFlags.None, CancellationToken.None);
            }
        }

        await ExchangeAsync(Rounds).WaitAsync(TimeSpan.FromSeconds(30));
        // The least of some rounds: what other tests allocate meanwhile counts, too.
        var perDatagram = long.MaxValue;
        for (var round = 0; round < 5 && perDatagram > 100; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await ExchangeAsync(Rounds).WaitAsync(TimeSpan.FromSeconds(30));
            perDatagram = Math.Min(perDatagram, (GC.GetTotalAllocatedBytes(precise: true) - before) / Rounds);
        }

        // Client, gateway and server together; a session alone is 1 KB, a buffer 64.
        Assert.InRange(perDatagram, 0, 100);
    }

    [Fact]
    public async Task Weighted_services_share_sessions_by_weight()
    {
        using var a = new UdpServer("a");
        using var b = new UdpServer("b");
        _chain.Compile(Message(udp: new()
        {
            Routers = Map(("r", new UdpRouterConfig { Service = "w" })),
            Services = Map(
                ("w", new() { Weighted = new() { Services = [new() { Name = "a", Weight = 3 }, new() { Name = "b", Weight = 1 }] } }),
                ("a", UdpServers(a.Address)), ("b", UdpServers(b.Address))),
        }));
        await using var udp = Start(new(), 100);
        var answers = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            using var client = Client(udp);
            answers.Add(await AskAsync(client, ""));
        }

        Assert.Equal(["a", "a", "a", "b", "a", "a", "a", "b"], answers);
    }

    [Fact]
    public async Task A_drain_serves_the_sessions_there_are_and_no_new_ones()
    {
        using var server = new UdpServer("");
        await using var udp = Start(
            new() { Udp = new() { Timeout = TimeSpan.FromMilliseconds(300) }, Transport = new() { LifeCycle = new() { GraceTimeOut = TimeSpan.FromSeconds(20) } } },
            server.Address);
        using var client = Client(udp);
        using var late = Client(udp);
        Assert.Equal("1", await AskAsync(client, "1"));
        var stop = udp.StopAsync();
        Assert.Equal("2", await AskAsync(client, "2"));
        await late.SendAsync("no"u8.ToArray());
        await Eventually.TrueAsync(() => udp.Dropped == 1, "a new session began");
        await stop.WaitAsync(TimeSpan.FromSeconds(60)); // the session fell idle
    }

    [Fact]
    public void A_port_in_use_is_told_with_its_entry_point()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var udp = new UdpEntryPoint("dns", new() { Address = $"127.0.0.1:{((IPEndPoint)other.LocalEndPoint!).Port}/udp" }, _chain.Snapshots, NullLoggerFactory.Instance, TimeProvider.System);
        Assert.Contains("dns", Assert.Throws<EntryPointBindException>(udp.Bind).Message);
    }

    private static int OpenSockets() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(static fd =>
        new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static Socket Client(UdpEntryPoint udp)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, udp.LocalEndPoint!.Port));
        return socket;
    }

    private static async Task<string> AskAsync(Socket client, string text)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(text));
        return await ReceiveAsync(client);
    }

    private static async Task<string> ReceiveAsync(Socket client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[2000];
        return Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer, SocketFlags.None, limit.Token));
    }

    private UdpEntryPoint Start(EntryPointConfig config, params string[] servers) => Start(config, 100, servers);

    private UdpEntryPoint Start(EntryPointConfig config, int maxSessions, params string[] servers)
    {
        if (servers.Length > 0)
        {
            _chain.Compile(Message(udp: new()
            {
                Routers = Map(("r", new UdpRouterConfig { Service = "s" })),
                Services = Map(("s", UdpServers(servers))),
            }));
        }

        config = config.Address is null ? config with { Address = "127.0.0.1:0/udp" } : config;
        var udp = new UdpEntryPoint("dns", config, _chain.Snapshots, NullLoggerFactory.Instance, TimeProvider.System, maxSessions);
        udp.Bind();
        udp.Start();
        return udp;
    }

    /// <summary>Answers every datagram with its name and what came, so many times.</summary>
    private sealed class UdpServer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Text, string From), bool> _seen = new();

        public UdpServer(string name, int answers = 1)
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _ = RunAsync(Encoding.ASCII.GetBytes(name), answers);
        }

        public string Address => $"127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}";

        /// <summary>Texts and the socket that each came from, counted.</summary>
        public int Sources(Func<string, bool> text) => _seen.Keys.Count(key => text(key.Text));

        public void Dispose() => _socket.Dispose();

        private async Task RunAsync(byte[] name, int answers)
        {
            var buffer = new byte[70000];
            name.CopyTo(buffer, 0);
            var from = new SocketAddress(AddressFamily.InterNetwork);
            try
            {
                while (true)
                {
                    var length = await _socket.ReceiveFromAsync(buffer.AsMemory(name.Length), SocketFlags.None, from, CancellationToken.None);
                    if (length < 10)
                    {
                        _seen[(Encoding.ASCII.GetString(buffer, name.Length, length), from.ToString())] = true;
                    }

                    for (var i = 0; i < answers; i++)
                    {
                        await _socket.SendToAsync(buffer.AsMemory(0, name.Length + length), SocketFlags.None, from, CancellationToken.None);
                    }
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }
}
