using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Integration;

/// <summary>The real executable as a process of its own, on ports that the system picked.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    // How long a test waits for what must come; only a failure takes so long, or a machine with ten times its work.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _log = new();
    private readonly ConcurrentQueue<(string Text, TaskCompletionSource Seen)> _awaited = new();

    private GatewayProcess(Process process) => Process = process;

    /// <summary>The executable beside the tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "edge-gateway");

    public Process Process { get; }

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts it; with <paramref name="readOutput"/> false nobody reads its standard output.</summary>
    /// <param name="flags">Its arguments.</param>
    /// <param name="environment">Variables besides our own, which lose their <c>NOMAD_…</c>.</param>
    /// <param name="readOutput">False: nobody reads its standard output.</param>
    /// <param name="through">A command that becomes the gateway: its name and first arguments; the executable and its flags follow.</param>
    public static GatewayProcess Start(
        IEnumerable<string> flags, IReadOnlyDictionary<string, string>? environment = null, bool readOutput = true, IReadOnlyList<string>? through = null)
    {
        string[] given = [.. flags];
        // A busy machine may need longer than the default to have every route at the start; tests are not about that, but for one.
        string[] patient = given.Any(static flag => flag.StartsWith("--edge.startTimeout", StringComparison.Ordinal))
            || !given.Any(static flag => flag.StartsWith("--entrypoints.", StringComparison.OrdinalIgnoreCase))
                ? []
                : [$"--edge.startTimeout={Patience.TotalSeconds}s"];
        string[] command = [.. through ?? [], Executable, .. given, .. patient];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var flag in command.Skip(1))
        {
            start.ArgumentList.Add(flag);
        }

        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("NOMAD_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // The build under test must turn inline completions on by itself.
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var gateway = new GatewayProcess(Process.Start(start)!);
        gateway.Process.ErrorDataReceived += gateway.Received;
        gateway.Process.BeginErrorReadLine();
        if (readOutput)
        {
            gateway.Process.OutputDataReceived += gateway.Received;
            gateway.Process.BeginOutputReadLine();
        }

        return gateway;
    }

    /// <summary>Completes when the entry point accepts connections.</summary>
    public async Task<GatewayProcess> ListeningAsync(params int[] ports)
    {
        using var limit = new CancellationTokenSource(Patience);
        foreach (var port in ports)
        {
            while (true)
            {
                if (Process.HasExited)
                {
                    throw new InvalidOperationException($"the gateway ended with {Process.ExitCode}:\n{Log}");
                }

                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
                    break;
                }
                catch (SocketException)
                {
                    // There is no event for another process's listen call.
                    await Task.Delay(10, limit.Token);
                }
            }
        }

        return this;
    }

    /// <summary>How often a text stands in the log so far.</summary>
    public int Logged(string text) => Log.Split(text).Length - 1;

    /// <summary>Completes when a log line holds the text.</summary>
    public async Task LoggedAsync(string text, TimeSpan? limit = null)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Enqueue((text, seen));
        if (Log.Contains(text, StringComparison.Ordinal))
        {
            return;
        }

        try
        {
            await seen.Task.WaitAsync(limit ?? Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"\"{text}\" was never logged:\n{Log}");
        }
    }

    /// <summary>Sends a signal, SIGTERM unless another is named, and waits for the end.</summary>
    public async Task<int> TerminateAsync(string signal = "TERM")
    {
        Signal(signal);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Process.WaitForExitAsync(limit.Token);
        return Process.ExitCode;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Process.Id.ToString()]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
    }

    private void Received(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_log)
        {
            _log.AppendLine(line.Data);
        }

        foreach (var (text, seen) in _awaited)
        {
            if (line.Data.Contains(text, StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        }
    }
}
