using System.Diagnostics;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;

namespace EdgeGateway.Integration;

/// <summary>A real PostgreSQL behind the gateway and a real psql in front of it (Debian's packages; tests/run.sh installs them).</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-pg").FullName;
    private readonly int _port = Ports.Free();
    private Process? _server;

    private static string Tools => Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";

    [Fact]
    public async Task Psql_reaches_its_server_with_TLS_that_passes_through_or_ends_at_the_gateway()
    {
        var port = Ports.Free();
        await using var stage = await Stage.StartAsync(
            n => n.Register(
                "pg1", "pg", _port, "traefik.tcp.routers.pass.rule=HostSNI(`pass.localhost`)", "traefik.tcp.routers.pass.entrypoints=db",
                "traefik.tcp.routers.pass.tls.passthrough=true", "traefik.tcp.routers.term.rule=HostSNI(`term.localhost`)",
                "traefik.tcp.routers.term.entrypoints=db", "traefik.tcp.routers.term.tls=true"),
            more: [$"--entrypoints.db.address=127.0.0.1:{port}"]);
        await stage.Gateway.ListeningAsync(port);
        Assert.Equal("true 10000", await QueryAsync("pass.localhost", port)); // the server speaks TLS itself
        Assert.Equal("false 10000", await QueryAsync("term.localhost", port)); // the gateway does
        Assert.Contains("SSL", await QueryAsync("unknown.localhost", port)); // no router: closed
    }

    public async Task InitializeAsync()
    {
        var data = Path.Combine(_folder, "data");
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres", _folder); // PostgreSQL does not run as root
        }

        await RunAsync(Command($"{Tools}/initdb", "-D", data, "-A", "trust", "-U", "postgres"));
        await RunAsync(Command(
            "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=pg.test",
            "-keyout", Path.Combine(data, "server.key"), "-out", Path.Combine(data, "server.crt")));
        await RunAsync(Command("/bin/chmod", "600", Path.Combine(data, "server.key")));
        var start = new ProcessStartInfo { RedirectStandardError = true };
        Fill(start, Command($"{Tools}/postgres", "-D", data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on", "-c", "unix_socket_directories="));
        _server = Process.Start(start)!;
        while (await _server.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                _ = _server.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException("PostgreSQL did not start");
    }

    public async Task DisposeAsync()
    {
        // Its own number: the process that we started may be the one that changed the user.
        var file = Path.Combine(_folder, "data", "postmaster.pid");
        if (File.Exists(file))
        {
            await RunAsync("kill", "-INT", (await File.ReadAllLinesAsync(file))[0]);
        }

        if (_server is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _server.WaitForExitAsync(limit.Token);
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string[] Command(params string[] command) =>
        Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--", .. command] : command;

    private static Task<string> QueryAsync(string host, int port) => RunAsync(
        false, "psql", $"host={host} hostaddr=127.0.0.1 port={port} user=postgres dbname=postgres sslmode=require connect_timeout=20", "-Atc",
        "select ssl || ' ' || count(*) from pg_stat_ssl join generate_series(1,10000) on true where pid=pg_backend_pid() group by ssl");

    private static Task<string> RunAsync(params string[] command) => RunAsync(true, command);

    private static async Task<string> RunAsync(bool mustSucceed, params string[] command)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        Fill(start, command);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token) + await errors;
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode == 0 || !mustSucceed ? output.Trim() : throw new InvalidOperationException($"{string.Join(' ', command)}: {output}");
    }

    private static void Fill(ProcessStartInfo start, string[] command)
    {
        start.FileName = command[0];
        foreach (var argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }
    }
}
