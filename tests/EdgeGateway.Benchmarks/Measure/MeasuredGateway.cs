using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;

namespace EdgeGateway.Benchmarks.Measure;

/// <summary>The gateway's executable in front of a stand-in for Nomad, with its CPU time and memory as the kernel counts them.</summary>
internal sealed class MeasuredGateway : IAsyncDisposable
{
    // USER_HZ, fixed in Linux's interface to programs (proc(5)).
    private const double TicksPerSecond = 100;

    private readonly Process _process;
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 16 };
    private readonly HttpMessageInvoker _client;
    private readonly int _port;

    private MeasuredGateway(Process process, int port)
    {
        (_process, _port) = (process, port);
        _client = new(_handler);
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
    }

    /// <summary>Resident memory in MiB.</summary>
    public long ResidentMiB => long.Parse(File.ReadAllText($"/proc/{_process.Id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * 4096 / 1024 / 1024;

    public static MeasuredGateway Start(EmbeddedNomad nomad, string level = "INFO")
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("EDGE_MEASURE_GATEWAY") ?? Path.Combine(AppContext.BaseDirectory, "edge-gateway"))
        {
            ArgumentList =
            {
                $"--entrypoints.web.address=127.0.0.1:{port}", "--providers.nomad=true", $"--providers.nomad.endpoint.address={nomad.Url}",
                $"--log.level={level}", "--edge.lastInstanceGrace=0s",
            },
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, line) =>
        {
            if (line.Data is not null && Environment.GetEnvironmentVariable("EDGE_MEASURE_LOG") is { } file)
            {
                File.AppendAllText(file, line.Data + "\n");
            }
        };
        process.BeginOutputReadLine();
        return new(process, port);
    }

    /// <summary>The status for a host; 0 when nobody answers.</summary>
    public async Task<int> StatusAsync(string host, string path = "/")
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_port}{path}") { Headers = { Host = host } };
            using var answer = await _client.SendAsync(request, CancellationToken.None);
            await answer.Content.CopyToAsync(Stream.Null);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    /// <summary>Time until the host answers so.</summary>
    public async Task<TimeSpan> UntilAsync(string host, int status, string path = "/")
    {
        var start = Stopwatch.GetTimestamp();
        while (await StatusAsync(host, path) != status)
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException($"{host} did not answer {status}");
            }

            await Task.Delay(1);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
