using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeGateway.Integration;

/// <summary>A real nginx or HAProxy in the foreground, with a configuration of the test (Debian's packages; tests/run.sh installs them).</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private PeerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Received;
        _process.ErrorDataReceived += Received;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>nginx with a <c>stream</c> section.</summary>
    /// <param name="folder">Takes its configuration, logs and PID.</param>
    /// <param name="port">A port that it listens on; awaited.</param>
    /// <param name="stream">What stands inside <c>stream { }</c>.</param>
    public static async Task<PeerProcess> NginxAsync(string folder, int port, string stream)
    {
        var configuration = Path.Join(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            load_module /usr/lib/nginx/modules/ngx_stream_module.so;
            daemon off;
            worker_processes 1;
            pid {{Path.Join(folder, "nginx.pid")}};
            error_log stderr info;
            events { worker_connections 256; }
            stream {
            {{stream}}
            }
            """);
        return await new PeerProcess(new ProcessStartInfo("nginx") { ArgumentList = { "-p", folder, "-c", configuration, "-e", "stderr" } }).ListeningAsync(port);
    }

    /// <summary>HAProxy with these sections.</summary>
    /// <param name="folder">Takes its configuration.</param>
    /// <param name="port">A port that it listens on; awaited.</param>
    /// <param name="sections">Sections, after the defaults of TCP mode.</param>
    public static async Task<PeerProcess> HAProxyAsync(string folder, int port, string sections)
    {
        var configuration = Path.Join(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(configuration, $"""
            global
              maxconn 256
            defaults
              mode tcp
              timeout connect 10s
              timeout client 1m
              timeout server 1m
            {sections}

            """);
        return await new PeerProcess(new ProcessStartInfo("haproxy") { ArgumentList = { "-db", "-f", configuration } }).ListeningAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<PeerProcess> ListeningAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
                return this;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                // There is no event for another process's listen call.
                await Task.Delay(10, limit.Token);
            }
            catch (SocketException)
            {
                await _process.WaitForExitAsync();
                throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}:\n{_said}");
            }
        }
    }

    private void Received(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
        {
            _said.AppendLine(line.Data);
        }
    }
}
