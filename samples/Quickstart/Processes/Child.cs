using System.Diagnostics;
using System.Text.Json;

namespace EdgeGateway.Quickstart.Processes;

/// <summary>One process of the stack, its last lines, and its end under all circumstances.</summary>
internal sealed class Child : IAsyncDisposable
{
    // Enough for a start block and what led to a failure.
    private const int KeptLines = 400;

    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts this executable again in a role and waits for its ready line.</summary>
    public static async Task<(Child Child, Dictionary<string, string?> Ready)> StartRoleAsync(CancellationToken stop, params string[] role)
    {
        var self = Environment.ProcessPath!;
        string[] dll = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "Quickstart.dll")] : [];
        var child = Start(self, [.. dll, "role", .. role], []);
        try
        {
            var line = await child._firstLine.Task.WaitAsync(TimeSpan.FromSeconds(30), stop);
            return (child, JsonSerializer.Deserialize<Dictionary<string, string?>>(line)!);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var said = child.Tail(20);
            await child.DisposeAsync();
            throw new InvalidOperationException($"the stand-in \"{string.Join(' ', role)}\" did not start: {e.Message}\n{said}");
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    public static Child Start(string file, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Whoever runs this inside a Nomad task must not lead the gateway to the real Nomad.
        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("NOMAD_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var child = new Child(Process.Start(start)!);
        child._process.OutputDataReceived += child.Received;
        child._process.ErrorDataReceived += child.Received;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>The newest line that contains all texts, or null.</summary>
    public string? Find(params string[] texts)
    {
        lock (_lines)
        {
            return _lines.LastOrDefault(line => Array.TrueForAll(texts, text => line.Contains(text, StringComparison.Ordinal)));
        }
    }

    public string Tail(int count)
    {
        lock (_lines)
        {
            return string.Join('\n', _lines.TakeLast(count));
        }
    }

    /// <summary>SIGTERM, and SIGKILL when that did not help in five seconds.</summary>
    public async Task TerminateAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await KillAsync();
    }

    /// <summary>SIGKILL: nothing is drained, nobody is told.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Received(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            _firstLine.TrySetException(new InvalidOperationException("it closed its output"));
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line.Data);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }

        if (line.Data.StartsWith('{'))
        {
            _firstLine.TrySetResult(line.Data);
        }
    }
}
