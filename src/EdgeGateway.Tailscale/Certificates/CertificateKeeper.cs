using EdgeGateway.Tailscale.LocalApi;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>
/// The story of a certificate, from a router's rule to a renewed pair:
/// <list type="number">
/// <item>Each snapshot says which names its routers want (<see cref="SetWanted"/>).</item>
/// <item>The watch says which names this node may have and whether tailscaled can be reached (<see cref="NodeWatch"/>).</item>
/// <item>The node's own certificate names count as wanted before any router asks: a first order takes long, and they will be asked for.</item>
/// <item>Each name gets a plan: ask under this name, leave it to another node, or refuse it with a cure (<see cref="NamePlan"/>).</item>
/// <item>Each asked name runs by itself: call, retry with back-off, look again when a renewal is due (<see cref="NameLoop"/>).</item>
/// <item>A new pair goes to the callback; nothing compiles (design decision 14).</item>
/// <item>A change of the node (HTTPS switched on, login, restart of tailscaled) plans again and ends all waits.</item>
/// <item>The first round is over when each name of the start is in hand or refused; the entry points wait for it.</item>
/// </list>
/// Nothing here is on a request's path, no key is written to disk, and no trouble of one name reaches another.
/// </summary>
public sealed class CertificateKeeper : IAsyncDisposable
{
    private readonly LocalApiClient _client;
    private readonly Action<IssuedCertificate> _issued;
    private readonly ILogger _logger;
    private readonly CertificateKeeperOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstRound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NameLoop> _loops = new(StringComparer.Ordinal);
    private readonly List<Task> _running = [];
    private readonly Dictionary<string, string> _loggedPlans = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _wanted;
    private NodeView? _view;
    private TailscaleStatus? _node;
    private Dictionary<string, NamePlan> _plans = new(StringComparer.Ordinal);
    private HashSet<string>? _firstNames;
    private volatile IReadOnlyDictionary<string, CertificateStatus> _statuses =
        new Dictionary<string, CertificateStatus>(StringComparer.Ordinal);

    /// <param name="client">The socket; not disposed here.</param>
    /// <param name="issued">Takes over a new pair. Called on a pool thread, one name at a time per name; must be quick.</param>
    /// <param name="logger">One line per change.</param>
    /// <param name="options">The time plan; null for the defaults.</param>
    /// <param name="time">Source of time; null for the system's.</param>
    /// <param name="random">Source of jitter; null for the shared one.</param>
    public CertificateKeeper(
        LocalApiClient client, Action<IssuedCertificate> issued, ILogger<CertificateKeeper> logger,
        CertificateKeeperOptions? options = null, TimeProvider? time = null, Random? random = null)
    {
        (_client, _issued, _logger) = (client, issued, logger);
        _options = options ?? new CertificateKeeperOptions();
        _time = time ?? TimeProvider.System;
        _random = random ?? Random.Shared;
    }

    /// <summary>How each wanted name stands; an immutable picture of this moment.</summary>
    public IReadOnlyDictionary<string, CertificateStatus> Statuses => _statuses;

    /// <summary>Completes when each name wanted at the start, and each own one, was handed to the callback or refused. Never fails.</summary>
    public Task FirstRound => _firstRound.Task;

    /// <summary>The node as last seen, or null while tailscaled has never been reached.</summary>
    public TailscaleStatus? Node => Volatile.Read(ref _node);

    /// <summary>Why tailscaled cannot be reached at this moment, or null. Certificates in hand are served meanwhile.</summary>
    public DaemonTrouble? Trouble
    {
        get
        {
            lock (_gate)
            {
                return _view?.Trouble is { } trouble && Refusal.From(trouble, _client.SocketPath) is var why
                    ? new DaemonTrouble(why.Code, why.Reason, why.Cure)
                    : null;
            }
        }
    }

    /// <summary>Raised on a pool thread after any name's status changed. Handlers must be quick and must not throw.</summary>
    public event Action? Changed;

    /// <summary>Begins to watch tailscaled and to fetch. Call once.</summary>
    public void Start()
    {
        var watch = new NodeWatch(_client, _options, _time, _random, _logger, OnNode);
        lock (_gate)
        {
            _running.Add(Task.Run(() => watch.RunAsync(_stop.Token)));
        }
    }

    /// <summary>(1) The names that the current routers want; call it with every snapshot, also with an empty list. Cheap if nothing changed.</summary>
    public void SetWanted(IReadOnlyCollection<string> names)
    {
        var normal = names.Select(TailnetName.Normalize).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToArray();
        lock (_gate)
        {
            if (_wanted is not null && normal.SequenceEqual(_wanted, StringComparer.Ordinal))
            {
                return;
            }

            _wanted = normal;
            Plan();
        }

        RaiseChanged();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException)
        {
            // that is how they end
        }

        _firstRound.TrySetResult();
        _stop.Dispose();
    }

    // (2) A different view of the node, or a restart of tailscaled.
    private void OnNode(NodeView view)
    {
        lock (_gate)
        {
            LogNode(view);
            _view = view;
            _node = view.Status ?? _node;

            // (7) What failed may be possible now.
            if (view.Status is not null)
            {
                foreach (var loop in _loops.Values)
                {
                    loop.Nudge();
                }
            }

            Plan();
        }

        RaiseChanged();
    }

    private void RaiseChanged()
    {
        try
        {
            Changed?.Invoke();
        }
        catch (Exception e)
        {
            KeeperLog.Defect(_logger, e);
        }
    }

    private void Plan()
    {
        if (_view is null || _stop.IsCancellationRequested)
        {
            return;
        }

        // (3) While tailscaled is away the plans of its last good answer stand: certificates in hand stay in hand.
        var plans = new Dictionary<string, NamePlan>(StringComparer.Ordinal);
        foreach (var name in (_wanted ?? []).Concat(_node?.CertDomains ?? []))
        {
            // (4)
            plans[name] = _node is not null
                ? NamePlan.Decide(name, _node)
                : new NamePlan(CertificateState.Refused, null, Refusal.From(_view.Trouble!, _client.SocketPath));
        }

        _plans = plans;
        StartAndStopLoops();
        LogPlans();
        _firstNames ??= _wanted is null ? null : [.. plans.Keys];
        Picture();
    }

    // (5)
    private void StartAndStopLoops()
    {
        var asked = _plans.Values.Where(p => p.AskAs is not null).Select(p => p.AskAs!).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _loops.Keys.Where(k => !asked.Contains(k)).ToArray())
        {
            _loops.Remove(gone, out var loop);
            loop!.Stop();
        }

        foreach (var name in asked)
        {
            if (!_loops.ContainsKey(name))
            {
                var loop = new NameLoop(name, _client, _options, _time, _random, _logger, Deliver, OnStatus, _stop.Token);
                _loops.Add(name, loop);
                _running.RemoveAll(static t => t.IsCompleted);
                _running.Add(loop.RunAsync());
            }
        }
    }

    // (6)
    private void Deliver(IssuedCertificate fresh)
    {
        try
        {
            _issued(fresh);
        }
        catch (Exception e)
        {
            KeeperLog.CallbackFailed(_logger, e, fresh.Name);
        }
    }

    private void OnStatus()
    {
        lock (_gate)
        {
            Picture();
        }

        RaiseChanged();
    }

    private void Picture()
    {
        var statuses = new Dictionary<string, CertificateStatus>(StringComparer.Ordinal);
        foreach (var (name, plan) in _plans)
        {
            statuses[name] = plan.AskAs is { } asked && _loops.TryGetValue(asked, out var loop)
                ? loop.Status with { Name = name }
                : new CertificateStatus(name, plan.State, null, plan.Refusal?.Code, plan.Refusal?.Reason, plan.Refusal?.Cure);
        }

        _statuses = statuses;

        // (8)
        if (_firstNames is not null
            && _firstNames.All(n => !statuses.TryGetValue(n, out var status) || status.State != CertificateState.Pending))
        {
            _firstRound.TrySetResult();
        }
    }

    // One line for all names with the same trouble, once per change.
    private void LogPlans()
    {
        var fresh = new List<(string Name, NamePlan Plan)>();
        foreach (var (name, plan) in _plans)
        {
            var key = plan.Refusal?.Key ?? plan.State.ToString();
            if (!_loggedPlans.TryGetValue(name, out var last) || last != key)
            {
                _loggedPlans[name] = key;
                fresh.Add((name, plan));
            }
        }

        foreach (var gone in _loggedPlans.Keys.Where(k => !_plans.ContainsKey(k)).ToArray())
        {
            _loggedPlans.Remove(gone);
        }

        foreach (var group in fresh.Where(f => f.Plan is { State: CertificateState.Refused, Refusal: not null }).GroupBy(f => f.Plan.Refusal!))
        {
            // Without any answer of tailscaled the line about the socket has said it.
            if (_node is not null)
            {
                KeeperLog.Refused(_logger, group.Key.Code, string.Join(", ", group.Select(f => f.Name)), group.Key.Reason, group.Key.Cure);
            }
        }

        var others = fresh.Where(f => f.Plan.State == CertificateState.OtherNode).Select(f => f.Name).ToArray();
        if (others.Length > 0)
        {
            KeeperLog.OtherNodes(_logger, string.Join(", ", others));
        }
    }

    private void LogNode(NodeView view)
    {
        if (view.Trouble is { } trouble)
        {
            var why = Refusal.From(trouble, _client.SocketPath);
            KeeperLog.Unreachable(_logger, why.Code, why.Reason, why.Cure);
        }
        else if (!view.SameAs(_view))
        {
            var node = view.Status!;
            KeeperLog.Node(_logger, node.Version, node.BackendState, node.DnsName,
                node.CertDomains.Count > 0 ? string.Join(", ", node.CertDomains) : "none");
        }
    }
}
