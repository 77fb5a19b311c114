using System.Net.Sockets;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Layer4;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>
/// The check of one service (runtime-behaviour §4.4): connect, perhaps send a text, perhaps expect one; servers begin as up, one
/// result decides. Those that are up are checked every <c>interval</c>, those that are down every <c>unhealthyInterval</c>, all
/// side by side: a slow one delays no other.
/// </summary>
internal sealed partial class TcpHealthCheck : IDisposable
{
    // Traefik drops longer texts.
    private const int LongestText = 65535;

    // Checks go over the server's port without PROXY header; the certificate of a TLS server is not part of its health.
    private static readonly TcpTransport Dialing = TcpTransport.Create(
        "health check", new TcpServersTransportConfig { DialTimeout = TimeSpan.Zero, Tls = new() { InsecureSkipVerify = true } });

    private readonly Layer4ServiceState _state;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _timeout;
    private readonly byte[] _send;
    private readonly byte[] _expect;
    private readonly CancellationTokenSource _end = new();

    private TcpHealthCheck(Layer4ServiceState state, TcpHealthCheckConfig config, TimeProvider time, ILogger logger)
    {
        _state = state;
        Config = config;
        _time = time;
        _logger = logger;
        _timeout = Positive(config.Timeout, TimeSpan.FromSeconds(5));
        _send = Text(config.Send);
        _expect = Text(config.Expect);
    }

    /// <summary>As configured.</summary>
    public TcpHealthCheckConfig Config { get; }

    /// <summary>Starts the check; the first look is after one interval.</summary>
    public static TcpHealthCheck Start(Layer4ServiceState state, TcpHealthCheckConfig config, TimeProvider time, ILogger logger)
    {
        var check = new TcpHealthCheck(state, config, time, logger);
        var interval = Positive(config.Interval, TimeSpan.FromSeconds(30));
        _ = check.RunAsync(up: true, interval);
        _ = check.RunAsync(up: false, config.UnhealthyInterval is { } unhealthy && unhealthy > TimeSpan.Zero ? unhealthy : interval);
        return check;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private static TimeSpan Positive(TimeSpan value, TimeSpan otherwise) => value > TimeSpan.Zero ? value : otherwise;

    private static byte[] Text(string? text) => text is null || Encoding.UTF8.GetByteCount(text) > LongestText ? [] : Encoding.UTF8.GetBytes(text);

    private async Task RunAsync(bool up, TimeSpan period)
    {
        var end = _end.Token;
        using var timer = new PeriodicTimer(period, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                await Task.WhenAll(_state.Servers.Where(server => server.IsUp == up).Select(server => LookAsync(server, end)));
            }
        }
        catch (OperationCanceledException)
        {
            // The service is gone or checked otherwise.
        }
    }

    private async Task LookAsync(Layer4Server server, CancellationToken end)
    {
        string? fault;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(_timeout);
        try
        {
            fault = await CheckAsync(server, limit.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            fault = $"no answer within {_timeout.TotalSeconds:0.###} s";
        }
        catch (Exception e) when (e is UpstreamConnectException or SocketException or IOException)
        {
            fault = e.Message;
        }

        var was = server.IsUp;
        server.IsUp = fault is null;
        if (fault is not null)
        {
            Failed(_logger, was ? LogLevel.Warning : LogLevel.Debug, _state.Name, server.Text, fault);
        }
        else if (!was)
        {
            Recovered(_logger, _state.Name, server.Text);
        }
    }

    private async Task<string?> CheckAsync(Layer4Server server, CancellationToken cancellation)
    {
        var port = Config.Port is > 0 and <= ushort.MaxValue ? (int)Config.Port : server.Port;
        using var upstream = await TcpUpstream.ConnectAsync(server, port, Dialing, default, cancellation);
        if (_send.Length == 0 && _expect.Length == 0)
        {
            return null;
        }

        await using Stream stream = upstream.Tls is { } tls ? tls : new NetworkStream(upstream.Socket);
        await stream.WriteAsync(_send, cancellation);
        if (_expect.Length == 0)
        {
            return null;
        }

        var answer = new byte[_expect.Length];
        var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
        return answer.AsSpan(0, length).SequenceEqual(_expect) ? null : "the answer is not the one expected";
    }

    [LoggerMessage(Message = "Health check failed: service {Service}, server {Server}: {Reason} [EG-HEALTH-TCP]")]
    private static partial void Failed(ILogger logger, LogLevel level, string service, string server, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Healthy again: service {Service}, server {Server}")]
    private static partial void Recovered(ILogger logger, string service, string server);
}
