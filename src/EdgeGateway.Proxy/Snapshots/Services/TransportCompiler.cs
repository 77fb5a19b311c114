using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Tls.Files;

namespace EdgeGateway.Proxy.Snapshots.Services;

/// <summary>
/// Puts the named servers transports of all providers in force. One whose settings stay keeps its connections; a broken one costs the
/// services that name it. Traefik falls back to the default transport instead, which would send requests without the certificate or
/// the check that the user asked for.
/// </summary>
internal sealed class TransportCompiler(TransportPool pool)
{
    private (string Provider, ConfigMap<ServersTransportConfig> Configs)[] _last = [];
    private readonly Dictionary<string, string> _stale = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, string> _errors = new Dictionary<string, string>();

    /// <summary>What is wrong with a transport, one entry each.</summary>
    public ConfigurationProblem[] Problems { get; private set; } = [];

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest of each provider.</param>
    /// <param name="changedFiles">Files whose content changed; null = none. Transports that could be made stay what they are and read them anew.</param>
    /// <returns>True when something is different for services.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages, IReadOnlySet<string>? changedFiles = null)
    {
        Reload(changedFiles);
        var isNew = IsNew(messages);
        if (!isNew && !IsMended(changedFiles))
        {
            return false;
        }

        _last = [.. messages.Select(static m => (m.Provider, m.Configuration.Http.ServersTransports))];
        _errors = pool.Update(_last.SelectMany(static m => m.Configs.Select(e => KeyValuePair.Create($"{e.Key}@{m.Provider}", e.Value))));
        foreach (var name in _stale.Keys.Where(name => pool.Find(name) is not { } transport || (isNew && transport.Tls.TryReload() is null)).ToList())
        {
            _stale.Remove(name);
        }

        Say();
        return true;
    }

    private void Say() => Problems =
        [
            .. _stale.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => new ConfigurationProblem(
                "EG-TRANSPORT", ProblemSeverity.Error, new($"serversTransport {e.Key}"), e.Value)),
            .. _errors.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => new ConfigurationProblem(
                "EG-TRANSPORT", ProblemSeverity.Error, new($"serversTransport {e.Key}"), $"{e.Value}; services that name it are disabled")),
        ];

    private void Reload(IReadOnlySet<string>? changedFiles)
    {
        if (changedFiles is not { Count: > 0 })
        {
            return;
        }

        foreach (var (name, fault) in pool.Reload(changedFiles))
        {
            _stale.Remove(name);
            if (fault is not null)
            {
                _stale[name] = fault;
            }
        }

        Say();
    }

    // One that could not be made may have its files now.
    private bool IsMended(IReadOnlySet<string>? changedFiles) => changedFiles is { Count: > 0 } && _errors.Count > 0
        && _last.Any(m => m.Configs.Any(e => _errors.ContainsKey($"{e.Key}@{m.Provider}") && PemFileNames.Of(e.Value).Any(changedFiles.Contains)));

    /// <summary>The transport of a service; null with the reason when there is none.</summary>
    /// <param name="reference">As the service names it; null or empty = the default.</param>
    /// <param name="provider">Provider of the service.</param>
    /// <param name="error">The reason.</param>
    public UpstreamTransport? Find(string? reference, string provider, out string? error)
    {
        var name = string.IsNullOrEmpty(reference) ? TransportPool.DefaultName : QualifiedName.Resolve(reference, provider).ToString();
        var transport = pool.Find(name);
        error = transport is not null ? null
            : _errors.TryGetValue(name, out var reason) ? $"servers transport {name} cannot be used: {reason}"
            : $"servers transport not found {name}";
        return transport;
    }

    private bool IsNew(IReadOnlyList<ProviderMessage> messages)
    {
        if (messages.Count != _last.Length)
        {
            return true;
        }

        for (var i = 0; i < _last.Length; i++)
        {
            if (messages[i].Provider != _last[i].Provider || !messages[i].Configuration.Http.ServersTransports.Equals(_last[i].Configs))
            {
                return true;
            }
        }

        return false;
    }
}
