using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tls.Files;
using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>
/// Knows every set of TLS options (dynamic-config §3.5, 5.8). A set whose settings stay keeps its object, so that sessions can be
/// resumed across reloads (design decision 14); it is made anew when a file that it names changes, and stays if that fails.
/// </summary>
internal sealed class TlsOptionsCompiler
{
    private Dictionary<string, TlsOptionsEntry> _entries = new(StringComparer.Ordinal) { [TlsOptionsModel.DefaultName] = TlsOptionsEntry.BuiltIn };
    private readonly Dictionary<string, string> _stale = new(StringComparer.Ordinal);
    private ConfigMap<TlsOptionsConfig>[] _seen = [];

    /// <summary>What is wrong with sets.</summary>
    public ConfigList<ConfigurationProblem> Problems { get; private set; } = ConfigList<ConfigurationProblem>.Empty;

    /// <summary>The set of connections that no other set belongs to.</summary>
    public TlsOptionsEntry Default => _entries[TlsOptionsModel.DefaultName];

    /// <summary>The set of that qualified name; null if there is none.</summary>
    public TlsOptionsEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>A router's reference as a qualified name.</summary>
    /// <param name="reference">As written; null or empty means the default.</param>
    /// <param name="provider">Provider of the router.</param>
    public static string Qualify(string? reference, string provider) =>
        string.IsNullOrEmpty(reference) || reference == TlsOptionsModel.DefaultName
            ? TlsOptionsModel.DefaultName
            : QualifiedName.Resolve(reference, provider).ToString();

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest of each provider.</param>
    /// <param name="changedFiles">Files whose content changed; null = none.</param>
    /// <returns>False when every set is what it was.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages, IReadOnlySet<string>? changedFiles = null)
    {
        ConfigMap<TlsOptionsConfig>[] now = [.. messages.Select(static m => m.Configuration.Tls.Options)];
        if (now.AsSpan().SequenceEqual(_seen)
            && (changedFiles is null || !now.Any(options => options.Values.SelectMany(PemFileNames.Of).Any(changedFiles.Contains))))
        {
            return false;
        }

        _seen = now;
        var next = new Dictionary<string, TlsOptionsEntry>(StringComparer.Ordinal);
        var problems = new List<ConfigurationProblem>();
        var defaults = new List<string>();
        foreach (var message in messages)
        {
            foreach (var (name, config) in message.Configuration.Tls.Options.AsSpan())
            {
                if (name == TlsOptionsModel.DefaultName)
                {
                    defaults.Add(message.Provider);
                }

                Add(next, name == TlsOptionsModel.DefaultName ? name : $"{name}@{message.Provider}", config, message.Provider, changedFiles, problems);
            }
        }

        if (defaults.Count == 0)
        {
            next[TlsOptionsModel.DefaultName] = TlsOptionsEntry.BuiltIn;
        }
        else if (defaults.Count > 1)
        {
            // None of them is used, as in Traefik: a connection with options by chance would be worse than none.
            var message = $"Default TLS Options defined in multiple providers {string.Join(", ", defaults)}: none is used";
            problems.Add(new("EG-TLS-OPTIONS", ProblemSeverity.Error, new("tls.options.default"), message));
            next[TlsOptionsModel.DefaultName] = new(TlsOptionsModel.DefaultName, new(), null, message);
        }

        foreach (var name in _stale.Keys.Where(name => !next.ContainsKey(name)).ToList())
        {
            _stale.Remove(name);
        }

        _entries = next;
        Problems = problems.ToConfigList();
        return true;
    }

    private void Add(
        Dictionary<string, TlsOptionsEntry> next, string name, TlsOptionsConfig config, string provider, IReadOnlySet<string>? changedFiles,
        List<ConfigurationProblem> problems)
    {
        // A broken one is tried again: the file that it names may be there now.
        var old = _entries.GetValueOrDefault(name) is { Model: not null } usable && usable.Config.Equals(config) ? usable : null;
        var entry = old is not null && (changedFiles is null || !PemFileNames.Of(config).Any(changedFiles.Contains)) ? old : TlsOptionsEntry.Create(name, config);
        if (old is not null && entry.Error is { } fault)
        {
            _stale[name] = $"{fault}; the authorities that were read before stay in use until the files change again";
            entry = old;
        }
        else if (!ReferenceEquals(entry, old))
        {
            _stale.Remove(name);
        }

        next[name] = entry;
        if (_stale.TryGetValue(name, out var stale))
        {
            problems.Add(new("EG-TLS-OPTIONS", ProblemSeverity.Error, new($"provider {provider}, tls.options.{name}"), stale));
        }

        if (entry.Error is { } error)
        {
            problems.Add(new("EG-TLS-OPTIONS", ProblemSeverity.Error, new($"provider {provider}, tls.options.{name}"), error));
        }
        else if (config.CurvePreferences.Count > 0)
        {
            problems.Add(new("EG-TLS-CURVES", ProblemSeverity.Warning, new($"provider {provider}, tls.options.{name}.curvePreferences"),
                "has no effect: the TLS library of this platform chooses the curve"));
        }
    }
}
