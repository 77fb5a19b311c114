using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Testbed.Nomad;

namespace EdgeGateway.Testbed.Measurements;

/// <summary>The gateway's executable as a process, before a stand-in for Nomad; one plain entry point.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Queue<string> _tail = new();

    private GatewayUnderTest(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts it and waits until it has every route of the moment.</summary>
    public static async Task<GatewayUnderTest> StartAsync(string executable, EmbeddedNomad nomad, Action<string>? said = null)
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo(
            executable,
            [
                string.Create(CultureInfo.InvariantCulture, $"--entrypoints.web.address=127.0.0.1:{port}"), "--providers.nomad=true",
                $"--providers.nomad.endpoint.address={nomad.Url}", .. said is null ? (string[])[] : ["--log.level=DEBUG"],
            ])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("NOMAD_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gateway = new GatewayUnderTest(Process.Start(start)!, port);
        void Said(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not null)
            {
                said?.Invoke(line.Data);
                lock (gateway._tail)
                {
                    gateway._tail.Enqueue(line.Data);
                    if (gateway._tail.Count > 30)
                    {
                        gateway._tail.Dequeue();
                    }
                }

                if (line.Data.Contains("serves; providers", StringComparison.Ordinal))
                {
                    listens.TrySetResult();
                }
            }
        }

        gateway._process.OutputDataReceived += Said;
        gateway._process.ErrorDataReceived += Said;
        gateway._process.BeginOutputReadLine();
        gateway._process.BeginErrorReadLine();
        try
        {
            await listens.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException("the gateway did not start:\n" + gateway.Tail());
        }

        return gateway;
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its last lines.</summary>
    public string Tail()
    {
        lock (_tail)
        {
            return string.Join('\n', _tail);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
