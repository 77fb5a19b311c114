using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>Knows every TCP middleware.</summary>
internal sealed class TcpMiddlewareCompiler
{
    private readonly ReferenceHints _hints = new();
    private Dictionary<QualifiedName, TcpMiddlewareEntry> _entries = [];

    /// <summary>Takes up what the providers say; unchanged middlewares keep their entry.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        _hints.Begin();
        var next = new Dictionary<QualifiedName, TcpMiddlewareEntry>();
        foreach (var message in messages)
        {
            foreach (var (name, config) in message.Configuration.Tcp.Middlewares.AsSpan())
            {
                var qualified = new QualifiedName(name, message.Provider);
                next[qualified] = _entries.TryGetValue(qualified, out var before) && before.Config.Equals(config) ? before : Make(qualified, config);
            }
        }

        _entries = next;
    }

    /// <summary>A hint for a reference that is known to nobody.</summary>
    public string DidYouMean(QualifiedName name) => _hints.For(name, _entries.Keys);

    /// <summary>The middleware of that name, or null.</summary>
    public TcpMiddlewareEntry? Find(QualifiedName name) => _entries.GetValueOrDefault(name);

    /// <summary>The chain of a router; errors disable the router, what was looked up is added to <paramref name="used"/>.</summary>
    public TcpMiddlewareModel[] Resolve(
        ConfigList<string> references, string provider, List<(QualifiedName, TcpMiddlewareEntry?)> used, List<string> errors)
    {
        var chain = new List<TcpMiddlewareModel>(references.Count);
        foreach (var reference in references)
        {
            var name = QualifiedName.Resolve(reference, provider);
            var entry = Find(name);
            used.Add((name, entry));
            if (entry?.Model is { } model)
            {
                chain.Add(model);
            }
            else
            {
                errors.Add(entry?.Error ?? $"middleware \"{name}\" does not exist{DidYouMean(name)}");
            }
        }

        return [.. chain];
    }

    /// <summary>What is said about every middleware.</summary>
    public TcpMiddlewareReport[] Reports() => [.. _entries.Values.Select(static e => new TcpMiddlewareReport(
        e.Name.ToString(), e.Name.Provider, e.Config,
        e.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
        e.Error is null ? ConfigList<string>.Empty : [e.Error]))];

    private static TcpMiddlewareEntry Make(QualifiedName name, TcpMiddlewareConfig config)
    {
        // Of two types in one the last in this order wins, as in Traefik.
        if ((config.IpAllowList ?? config.IpWhiteList) is { } list)
        {
            if (list.SourceRange.Count == 0)
            {
                return new(name, config, null, $"{name}: sourceRange is empty, IPAllowLister not created");
            }

            return NetworkSet.TryParse(list.SourceRange.AsSpan(), out var networks, out var error)
                ? new(name, config, new TcpIPAllowList(name.ToString(), networks), null)
                : new(name, config, null, $"cannot parse CIDR allow list {list.SourceRange}: {error}");
        }

        return config.InFlightConn is { } inFlight
            ? new(name, config, new TcpInFlightConn(name.ToString(), inFlight.Amount), null)
            : new(name, config, null, $"invalid middleware \"{name}\" configuration: invalid middleware type or middleware does not exist");
    }
}
