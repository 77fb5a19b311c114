using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Forwarding;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// Puts the named servers transports of all providers in force. One whose settings stay keeps its connections; a broken one costs the
/// services that name it. Traefik falls back to the default transport instead, which would send requests without the certificate or
/// the check that the user asked for.
/// </summary>
internal sealed class TransportCompiler(TransportPool pool)
{
    private (string Provider, ConfigMap<ServersTransportConfig> Configs)[] _last = [];
    private IReadOnlyDictionary<string, string> _errors = new Dictionary<string, string>();

    /// <summary>What is wrong with a transport, one entry each.</summary>
    public ConfigurationProblem[] Problems { get; private set; } = [];

    /// <summary>Takes up what the providers say.</summary>
    /// <returns>True when something is different.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages)
    {
        if (!IsNew(messages))
        {
            return false;
        }

        _last = [.. messages.Select(static m => (m.Provider, m.Configuration.Http.ServersTransports))];
        _errors = pool.Update(_last.SelectMany(static m => m.Configs.Select(e => KeyValuePair.Create($"{e.Key}@{m.Provider}", e.Value))));
        Problems =
        [
            .. _errors.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => new ConfigurationProblem(
                "EG-TRANSPORT", ProblemSeverity.Error, new($"serversTransport {e.Key}"), $"{e.Value}; services that name it are disabled")),
        ];
        return true;
    }

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
