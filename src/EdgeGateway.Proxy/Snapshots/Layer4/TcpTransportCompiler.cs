using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Tls.Files;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>Knows every TCP servers transport; one whose settings stay keeps its object.</summary>
internal sealed class TcpTransportCompiler
{
    private readonly TcpTransport _default;
    private readonly Dictionary<string, string> _stale = new(StringComparer.Ordinal);
    private Dictionary<string, (TcpServersTransportConfig Config, TcpTransport? Transport, string? Error)> _transports = new(StringComparer.Ordinal);

    /// <param name="defaults">Settings of services that name no transport (<c>tcpServersTransport</c>).</param>
    /// <exception cref="InvalidDataException">A certificate cannot be read; the message names it.</exception>
    public TcpTransportCompiler(TcpServersTransportConfig defaults) => _default = TcpTransport.Create(TcpTransport.DefaultName, defaults);

    /// <summary>Files of transports that cannot be used as they are now; what was read before stays in use.</summary>
    public ConfigurationProblem[] Problems { get; private set; } = [];

    /// <summary>Lets every transport that names one of the files read them again; one that could be made stays what it is.</summary>
    /// <returns>True when one that could not be made names them: it is to be made now.</returns>
    public bool Reload(IReadOnlySet<string> changedFiles)
    {
        var mended = false;
        foreach (var (name, (config, transport, _)) in _transports.Append(new(TcpTransport.DefaultName, (_default.Config, _default, null))))
        {
            if (!PemFileNames.Of(config).Any(changedFiles.Contains))
            {
                continue;
            }

            _stale.Remove(name);
            mended |= transport is null;
            if (transport?.Tls.TryReload() is { } fault)
            {
                _stale[name] = fault;
            }
        }

        Say();
        return mended;
    }

    /// <summary>Takes up what the providers say.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        var next = new Dictionary<string, (TcpServersTransportConfig, TcpTransport?, string?)>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            foreach (var (name, config) in message.Configuration.Tcp.ServersTransports.AsSpan())
            {
                var qualified = $"{name}@{message.Provider}";

                // A broken one is tried again: the file that it names may be there now.
                next[qualified] = _transports.TryGetValue(qualified, out var before) && before.Transport is not null && before.Config.Equals(config)
                    ? before
                    : Make(qualified, config);
            }
        }

        foreach (var name in _stale.Keys.Where(name => name != TcpTransport.DefaultName
            && !(next.TryGetValue(name, out var now) && ReferenceEquals(now.Item2, _transports[name].Transport))).ToList())
        {
            _stale.Remove(name);
        }

        _transports = next;
        Say();
    }

    private void Say() => Problems = [.. _stale.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e =>
        new ConfigurationProblem("EG-TRANSPORT", ProblemSeverity.Error, new($"tcp.serversTransport {e.Key}"), e.Value))];

    /// <summary>The transport of a service, or why there is none.</summary>
    /// <param name="reference">As written in the service; null or empty = the default.</param>
    /// <param name="provider">Provider of the service.</param>
    /// <param name="error">Null when there is one.</param>
    public TcpTransport? Find(string? reference, string provider, out string? error)
    {
        error = null;
        if (string.IsNullOrEmpty(reference) || reference == TcpTransport.DefaultName)
        {
            return _default;
        }

        var name = QualifiedName.Resolve(reference, provider).ToString();
        if (_transports.TryGetValue(name, out var found))
        {
            error = found.Error;
            return found.Transport;
        }

        error = $"no transport configuration found for \"{name}\"";
        return null;
    }

    private static (TcpServersTransportConfig, TcpTransport?, string?) Make(string name, TcpServersTransportConfig config)
    {
        try
        {
            return (config, TcpTransport.Create(name, config), null);
        }
        catch (InvalidDataException e)
        {
            return (config, null, $"TCP serversTransport {name}: {e.Message}");
        }
    }
}
