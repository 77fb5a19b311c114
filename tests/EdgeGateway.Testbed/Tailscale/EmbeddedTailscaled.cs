using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>
/// Stand-in for tailscaled: LocalAPI on a unix socket with its own certificate authority. Answers, headers and faults follow the
/// recordings of tailscaled 1.102.3, not our guesses. What it does not do: any networking.
/// </summary>
public sealed class EmbeddedTailscaled : IAsyncDisposable
{
    private readonly TailscaledOptions _options;
    private readonly TestCertificateAuthority _authority;
    private readonly NodeState _node;
    private readonly CertificateDesk _desk;
    private readonly LocalApiRoutes _routes;
    private readonly ConcurrentDictionary<Guid, Channel<string>> _watchers = new();
    private readonly string? _ownFolder;
    private CancellationTokenSource _life = new();
    private WebApplication? _server;

    private EmbeddedTailscaled(TailscaledOptions options)
    {
        _options = options;
        if (options.SocketPath is null)
        {
            _ownFolder = Directory.CreateTempSubdirectory("tailscaled").FullName;
        }

        SocketPath = options.SocketPath ?? Path.Combine(_ownFolder!, "tailscaled.sock");
        _authority = new TestCertificateAuthority(options.Intermediates);
        _node = new NodeState(options.DnsName) { Wildcard = options.Wildcard };
        ApplyHttps(options.Https);
        _desk = new CertificateDesk(_authority, options);
        _desk.PendingChanged += OnPendingChanged;
        _routes = new LocalApiRoutes(this, _node, _desk);
    }

    /// <summary>Path of the socket.</summary>
    public string SocketPath { get; }

    /// <summary>The root that clients must trust.</summary>
    public string CaPem => _authority.RootPem;

    /// <summary>The node's name.</summary>
    public string DnsName => _options.DnsName;

    /// <summary>False: certificate calls get 403, as for a user without rights.</summary>
    public bool CertificatesPermitted { get; set; } = true;

    /// <summary>True: connections are accepted and never answered (a stopped process).</summary>
    public bool Frozen { get; set; }

    /// <summary>Life of the certificates issued from now on.</summary>
    public TimeSpan Lifetime { get => _desk.Lifetime; set => _desk.Lifetime = value; }

    /// <summary>How long each order takes from now on.</summary>
    public TimeSpan OrderTime { get => _desk.OrderTime; set => _desk.OrderTime = value; }

    /// <summary>Status calls so far.</summary>
    public int StatusCalls => _routes.StatusCalls;

    /// <summary>Open notification streams.</summary>
    public int Watchers => _watchers.Count;

    /// <summary>Certificate calls and orders by name.</summary>
    public IReadOnlyDictionary<string, (int Calls, int Orders)> Counters => _desk.Counters;

    internal CancellationToken Life => _life.Token;

    internal bool KilledHard { get; private set; }

    /// <summary>Starts one.</summary>
    public static async Task<EmbeddedTailscaled> StartAsync(TailscaledOptions? options = null)
    {
        var daemon = new EmbeddedTailscaled(options ?? new TailscaledOptions());
        await daemon.StartAgainAsync();
        return daemon;
    }

    /// <summary>Certificate calls for a name so far.</summary>
    public int CertCalls(string name) => _desk.Calls(name);

    /// <summary>Certificates issued for a name so far.</summary>
    public int Orders(string name) => _desk.Orders(name);

    /// <summary>Sets or takes away a fault of a name; an empty name means every name.</summary>
    public void SetFault(string name, CertFault? fault) => _desk.SetFault(name, fault);

    /// <summary>Replaces a name's cached pair, as a finished renewal would; the next call gets it.</summary>
    public void Renew(string name) => _desk.Renew(name);

    /// <summary>The admin console's switch; announced as by control.</summary>
    public void SetHttps(bool on)
    {
        ApplyHttps(on);
        NotifySelfChange();
    }

    /// <summary>Gives or takes the capability for wildcard certificates.</summary>
    public void SetWildcard(bool on)
    {
        _node.Wildcard = on;
        NotifySelfChange();
    }

    /// <summary>Changes the certificate names.</summary>
    public void SetCertDomains(params string[] names)
    {
        _node.CertDomains = names;
        NotifySelfChange();
    }

    /// <summary>Moves the daemon to a state such as <c>NeedsLogin</c>, <c>Starting</c>, <c>Running</c>, <c>Stopped</c>.</summary>
    public void SetState(string state, bool hasNetmap)
    {
        _node.BackendState = state;
        _node.HasNetmap = hasNetmap;
        Notify(NodeJson.BusLine(("State", StateNumber(state))));
        Notify(NodeJson.BusLine(("Health", NodeJson.Health(_node))));
    }

    /// <summary>Announces the node as it is, as control does for any change, peers included.</summary>
    public void NotifySelfChange()
    {
        Notify(NodeJson.BusLine());
        Notify(NodeJson.BusLine(("SelfChange", NodeJson.SelfChange(_node))));
    }

    /// <summary>SIGTERM: streams end properly, the socket file goes. SIGKILL: connections are cut, a dead socket file stays.</summary>
    public async Task StopAsync(bool hard = false)
    {
        if (_server is not { } server)
        {
            return;
        }

        _server = null;
        KilledHard = hard;
        await _life.CancelAsync();
        using (var limit = new CancellationTokenSource(hard ? TimeSpan.Zero : TimeSpan.FromSeconds(1)))
        {
            await server.StopAsync(limit.Token);
        }

        await server.DisposeAsync();
        File.Delete(SocketPath);
        if (hard)
        {
            LeaveDeadSocket();
        }
    }

    /// <summary>Starts after a stop; the socket is made anew, the certificate cache is kept, as on disk.</summary>
    public async Task StartAgainAsync()
    {
        _life = new CancellationTokenSource();
        KilledHard = false;
        File.Delete(SocketPath);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenUnixSocket(SocketPath);
        });
        var server = builder.Build();
        server.Run(_routes.HandleAsync);
        await server.StartAsync();
        _server = server;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        File.Delete(SocketPath);
        if (_ownFolder is not null)
        {
            Directory.Delete(_ownFolder, recursive: true);
        }

        _life.Dispose();
    }

    /// <summary>One open stream: the first line for its mask, then whatever is announced.</summary>
    internal (ChannelReader<string> Lines, IDisposable End) Watch(int mask)
    {
        var lines = Channel.CreateUnbounded<string>();
        if (FirstLine(mask) is { } first)
        {
            lines.Writer.TryWrite(first);
        }

        var id = Guid.NewGuid();
        _watchers[id] = lines;
        return (lines.Reader, new Ending(() => _watchers.TryRemove(id, out _)));
    }

    private string? FirstLine(int mask)
    {
        var fields = new List<(string, JsonNode?)>();
        if ((mask & 2) != 0)
        {
            fields.Add(("SessionID", Guid.NewGuid().ToString("N")[..16]));
            fields.Add(("State", StateNumber(_node.BackendState)));
        }

        if ((mask & 8) != 0)
        {
            fields.Add(("SelfChange", NodeJson.SelfChange(_node)));
        }

        if ((mask & 128) != 0 && (fields.Count > 0 || _node.Health.Any()))
        {
            fields.Add(("Health", NodeJson.Health(_node)));
        }

        if ((mask & 16384) != 0)
        {
            fields.Add(("InitialStatus", NodeJson.Status(_node, peers: true)));
        }

        return fields.Count > 0 ? NodeJson.BusLine([.. fields]) : null;
    }

    private static int StateNumber(string state) =>
        state switch { "NeedsLogin" => 2, "NeedsMachineAuth" => 3, "Stopped" => 4, "Starting" => 5, "Running" => 6, _ => 0 };

    private void Notify(string line)
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher.Writer.TryWrite(line);
        }
    }

    private void OnPendingChanged()
    {
        _node.PendingCertificates = _desk.Pending;
        Notify(NodeJson.BusLine(("Health", NodeJson.Health(_node))));
    }

    private void ApplyHttps(bool on)
    {
        _node.Https = on;
        _node.CertDomains = on ? _options.CertDomains ?? [_options.DnsName] : [];
    }

    // A socket that was bound, moved and closed: closing removes the name it was bound to, so the moved file stays and is dead.
    private void LeaveDeadSocket()
    {
        var made = SocketPath + ".x";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(made));
        File.Move(made, SocketPath);
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
