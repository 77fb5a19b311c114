using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Testbed;
using Xunit.Abstractions;

namespace EdgeGateway.Integration;

/// <summary>UDP through the real executable where its limits are: many sources, several addresses.</summary>
public sealed class UdpTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_answer_leaves_from_the_address_that_was_asked_in_a_network_of_its_own()
    {
        var folder = Directory.CreateTempSubdirectory("edge-udp-");
        try
        {
            var start = new ProcessStartInfo("/usr/bin/python3")
            {
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Namespaces", "two_addresses.py"), GatewayProcess.Executable, folder.FullName },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var script = Process.Start(start)!;
            var (said, complained) = (script.StandardOutput.ReadToEndAsync(), script.StandardError.ReadToEndAsync());
            await script.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            var text = await said + await complained;
            output.WriteLine(text);
            Assert.True(script.ExitCode == 0, text);
            Assert.Contains("Answers left from", text, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_hundred_thousand_sources_push_out_what_is_idle_longest_and_leak_nothing()
    {
        const int Sources = 100_000, AtATime = 100;
        using var server = Bound(IPAddress.Loopback);
        var steadySources = new HashSet<EndPoint>();
        using var end = new CancellationTokenSource();
        var serving = ServeAsync(server, steadySources, end.Token);
        var port = Ports.Free();
        await using var stage = await Stage.StartAsync(
            n => n.Register("u1", "dns", PortOf(server), "traefik.udp.routers.dns.entrypoints=dns"),
            more: [$"--entrypoints.dns.address=127.0.0.1:{port}/udp", "--entrypoints.dns.udp.timeout=5s"]);
        await stage.Gateway.LoggedAsync("/udp");
        await stage.UntilAsync(async () => (await stage.ApiAsync("/api/udp/services/dns@nomad")).GetProperty("status").GetString() == "enabled", Soon);

        var gateway = new IPEndPoint(IPAddress.Loopback, port);
        using var steady = Bound(IPAddress.Loopback);
        Assert.True(await AskAsync(steady, gateway, "steady"));
        var (descriptors, memory) = (Descriptors(stage), ResidentMiB(stage));
        var answered = 0;
        for (var first = 0; first < Sources; first += AtATime)
        {
            var sockets = new List<Socket>(AtATime);
            for (var i = first; i < first + AtATime; i++)
            {
                // Each an address of its own: 127.1.0.0 and up.
                sockets.Add(Bound(new IPAddress([127, (byte)(1 + (i >> 16)), (byte)(i >> 8), (byte)i])));
            }

            answered += (await Task.WhenAll(sockets.Select(socket => AskAsync(socket, gateway, "forged")))).Count(static ok => ok);
            sockets.ForEach(static socket => socket.Dispose());

            // Who is not idle keeps its session whatever the others do.
            Assert.True(await AskAsync(steady, gateway, "steady"), $"the steady client got no answer after {first} others");
        }

        var edge = await stage.ApiAsync("/api/edge");
        var (sessions, evicted) = (edge.GetProperty("udpSessions").GetInt64(), edge.GetProperty("udpSessionsEvicted").GetInt64());
        output.WriteLine($"{answered} answered, {sessions} sessions, {evicted} evicted, {descriptors} -> {Descriptors(stage)} descriptors, {memory} -> {ResidentMiB(stage)} MiB");
        Assert.InRange(sessions, 1, 16384);
        Assert.True(answered > Sources * 9 / 10, $"only {answered} were answered"); // datagrams may be lost
        Assert.True(evicted > 0 || sessions < 16384, "nothing had to go?");
        Assert.Single(steadySources);
        Assert.True(ResidentMiB(stage) - memory < 200, $"{memory} MiB grew to {ResidentMiB(stage)}");

        // What is idle ends by itself, and its sockets with it.
        await stage.UntilAsync(async () => (await stage.ApiAsync("/api/edge")).GetProperty("udpSessions").GetInt64() == 0, Soon);
        await stage.UntilAsync(() => Task.FromResult(Descriptors(stage) <= descriptors + 20), Soon);
        await end.CancelAsync();
        await serving;
    }

    /// <summary>Answers everything; remembers from which sockets the steady client's datagrams came.</summary>
    private static async Task ServeAsync(Socket server, HashSet<EndPoint> steady, CancellationToken end)
    {
        server.ReceiveBufferSize = 4 << 20;
        var buffer = new byte[100];
        while (true)
        {
            try
            {
                var packet = await server.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), end);
                if (packet.ReceivedBytes == "steady".Length && buffer.AsSpan(0, packet.ReceivedBytes).SequenceEqual("steady"u8))
                {
                    steady.Add(packet.RemoteEndPoint);
                }

                await server.SendToAsync(buffer.AsMemory(0, packet.ReceivedBytes), SocketFlags.None, packet.RemoteEndPoint, end);
            }
            catch (SocketException)
            {
                // An answer to a session that is gone.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<bool> AskAsync(Socket client, EndPoint gateway, string text)
    {
        var buffer = new byte[100];
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)); // lost, as datagrams are
            try
            {
                await client.SendToAsync(Encoding.ASCII.GetBytes(text), gateway, limit.Token);
                return await client.ReceiveAsync(buffer, limit.Token) == text.Length;
            }
            catch (OperationCanceledException)
            {
                // Once more.
            }
        }

        return false;
    }

    private static Socket Bound(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static int Descriptors(Stage stage) => Directory.GetFiles($"/proc/{stage.Gateway.Process.Id}/fd").Length;

    private static long ResidentMiB(Stage stage)
    {
        stage.Gateway.Process.Refresh();
        return stage.Gateway.Process.WorkingSet64 >> 20;
    }
}
