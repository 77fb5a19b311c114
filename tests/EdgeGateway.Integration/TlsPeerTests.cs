using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>OpenSSL's own client and server, and a load generator for HTTP/2, beside the real executable.</summary>
public sealed class TlsPeerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-tls-");
    private readonly int _port = Ports.Free();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_session_is_resumed_also_after_the_configuration_changed(string version)
    {
        await using var server = ScriptedServer.Answering("hello");
        await using var gateway = await StartAsync(Http(server.Port, "a"));
        var session = At("session");
        var first = await RequestAsync(version, "-sess_out", session);
        Assert.Contains("New, TLSv1", first, StringComparison.Ordinal);

        await File.WriteAllTextAsync(At("dynamic/a.yml"), Http(server.Port, "a", "b"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await RequestAsync(version, "-servername", "b.test")).Contains("hello", StringComparison.Ordinal))
        {
            await Task.Delay(20, limit.Token); // nothing tells another process that a route is live
        }

        var second = await RequestAsync(version, "-sess_in", session);
        Assert.Contains("Reused, TLSv1", second, StringComparison.Ordinal);
        Assert.Contains("hello", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSSLs_server_is_reached_through_and_its_certificate_is_its_own()
    {
        var port = Ports.Free();
        Pair("own.test", out var certificate, out var key);
        using var server = Start("openssl", "s_server", "-accept", $"127.0.0.1:{port}", "-cert", certificate, "-key", key, "-www", "-quiet");
        try
        {
            await using var gateway = await StartAsync($$$"""
                tcp:
                  routers: {p: {rule: "HostSNI(`own.test`)", service: p, tls: {passthrough: true} } }
                  services: {p: {loadBalancer: {servers: [{address: "127.0.0.1:{{{port}}}"} ] } } }
                """);
            await ListeningAsync(port);
            var answer = await RequestAsync("-servername", "own.test");
            Assert.Contains("subject=CN = own.test", answer, StringComparison.Ordinal);
            Assert.Contains("HTTP/1.0 200 ok", answer, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
        }
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("http/1.1")]
    public async Task Nothing_fails_under_load_over_TLS(string protocol)
    {
        await using var server = ScriptedServer.Answering("hello");
        await using var gateway = await StartAsync(Http(server.Port, "a"));
        var output = await OutputAsync(
            "h2load", "-n", "3000", "-c", "10", "-m", "10", $"--npn-list={protocol}", "--connect-to", $"127.0.0.1:{_port}", $"https://a.test:{_port}/");
        Assert.Contains($"Application protocol: {protocol}", output, StringComparison.Ordinal);
        Assert.Contains("3000 succeeded, 0 failed, 0 errored, 0 timeout", output, StringComparison.Ordinal);
        Assert.Contains("3000 2xx", output, StringComparison.Ordinal);
    }

    private static string Http(int server, params string[] names) => $$$"""
        http:
          routers: {{{{string.Join(", ", names.Select(static n => $"{n}: {{rule: Host(`{n}.test`), service: s, tls: {{}}}}"))}}} }
          services: {s: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{server}}}"} ] } } }
        """;

    private string At(string name) => Path.Join(_folder.FullName, name);

    private async Task<GatewayProcess> StartAsync(string configuration)
    {
        Directory.CreateDirectory(At("dynamic"));
        await File.WriteAllTextAsync(At("dynamic/a.yml"), configuration);
        return await GatewayProcess.Start([$"--entrypoints.web.address=127.0.0.1:{_port}", $"--providers.file.directory={At("dynamic")}"]).ListeningAsync(_port);
    }

    /// <summary>One request by s_client; its report and the answer.</summary>
    private Task<string> RequestAsync(params string[] options)
    {
        string[] name = options.Contains("-servername") ? [] : ["-servername", "a.test"];
        var host = options.SkipWhile(static o => o != "-servername").Skip(1).FirstOrDefault() ?? "a.test";
        return OutputAsync("sh", "-c", $"printf 'GET / HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n' | timeout 30 openssl s_client -ign_eof "
            + $"-connect 127.0.0.1:{_port} {string.Join(' ', name.Concat(options))} 2>&1");
    }

    private static async Task<string> OutputAsync(string command, params string[] arguments)
    {
        using var process = Start(command, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return await output + await error;
    }

    private static Process Start(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task ListeningAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(10, limit.Token); // there is no event for another process's listen call
            }
        }
    }

    private void Pair(string name, out string certificate, out string key)
    {
        using var signed = TcpParts.SelfSigned(name);
        using var made = signed.GetECDsaPrivateKey()!;
        (certificate, key) = (At("own.pem"), At("own.key"));
        File.WriteAllText(certificate, signed.ExportCertificatePem());
        File.WriteAllText(key, made.ExportPkcs8PrivateKeyPem());
    }
}
