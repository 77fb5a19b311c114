using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Tests.Tls;
using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints.ProxyProtocol;

/// <summary>What <c>tailscale serve --tcp</c> sends in front of a connection, as recorded: the gateway knows the peer of the tailnet.</summary>
public sealed class RecordedProxyHeaderTests
{
    public static TheoryData<string, string> Headers()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in new[] { "serve-proxy-protocol-tun", "serve-proxy-protocol-userspace" })
        {
            foreach (var step in Corpus.Json($"recordings/tailscale/{name}.json").GetProperty("steps").EnumerateArray())
            {
                if (step.TryGetProperty("before_client_sent_hex", out var hex) && hex.GetString()!.Length > 0) // empty: served without the option
                {
                    data.Add(name, hex.GetString()!);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task The_client_is_the_peer_of_the_tailnet(string recording, string hex)
    {
        await using var running = await RunningEntryPoint.StartAsync(
            static context => RunningEntryPoint.Answer(context, $"{context.Http.Connection.RemoteIpAddress} to {context.Http.Connection.LocalIpAddress}"),
            new EntryPointConfig { ProxyProtocol = new ProxyProtocolInConfig { TrustedIPs = ["127.0.0.1"] } });
        using var socket = await running.ConnectAsync();
        await socket.SendAsync(Convert.FromHexString(hex));
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        var answer = await RunningEntryPoint.ReadToEndAsync(socket);

        Assert.EndsWith(Addresses(Convert.FromHexString(hex)), answer, StringComparison.Ordinal);
        Assert.Contains(recording.EndsWith("tun", StringComparison.Ordinal) ? "4" : "1", answer[^1..], StringComparison.Ordinal); // the node, README of the recordings
    }

    // Both forms have the source first (PROXY protocol specification, §2.1 and §2.2).
    private static string Addresses(byte[] header)
    {
        if (header[0] == 'P')
        {
            var fields = Encoding.ASCII.GetString(header).Split(' ');
            return $"{fields[2]} to {fields[3]}";
        }

        var size = header[13] == 0x11 ? 4 : 16;
        return $"{new IPAddress(header.AsSpan(16, size))} to {new IPAddress(header.AsSpan(16 + size, size))}";
    }
}
