using System.Security.Cryptography;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Tls.Files;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>
/// Puts the certificates that providers name (dynamic-config §5.7) into the store, as whole pairs. A pair that cannot be used costs itself;
/// one that was in use stays until a good one takes its place. Files are read when the configuration that names them changes, and when
/// they change themselves.
/// </summary>
internal sealed class TlsCertificatesCompiler(CertificateStore store)
{
    private const string DefaultStore = "default";

    private static readonly HashSet<string> None = [];

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigurationProblem> _faults = new(StringComparer.Ordinal);
    private TlsConfiguration[] _seen = [];
    private bool _ownDefault;

    /// <summary>What is wrong with certificates.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; private set; } = [];

    /// <summary>Takes up what the providers say.</summary>
    /// <param name="messages">The latest of each provider.</param>
    /// <param name="changedFiles">Files whose content changed; null = none.</param>
    public void Update(IReadOnlyList<ProviderMessage> messages, IReadOnlySet<string>? changedFiles = null)
    {
        TlsConfiguration[] now = [.. messages.Select(static m => m.Configuration.Tls)];
        var all = !now.AsSpan().SequenceEqual(_seen);
        changedFiles ??= None;
        if (!all && changedFiles.Count == 0)
        {
            return;
        }

        _seen = now;
        var wanted = new HashSet<string>(StringComparer.Ordinal) { DefaultStore };
        foreach (var message in messages)
        {
            foreach (var config in message.Configuration.Tls.Certificates)
            {
                // Of several stores only the default one serves, as in Traefik.
                if (config.Stores.Count > 0 && !config.Stores.Contains(DefaultStore))
                {
                    continue;
                }

                var key = $"{message.Provider}/{PemText.Shown(config.CertFile)}/{(config.CertFile is { } text && PemText.IsInline(text) ? text : config.KeyFile)}";
                wanted.Add(key);
                var pair = new CertificateConfig { CertFile = config.CertFile, KeyFile = config.KeyFile };
                if ((all || PemFileNames.Of(pair).Any(changedFiles.Contains))
                    && Load(key, pair, message.Provider, "tls.certificates", _keys.Contains(key)) is { } loaded)
                {
                    store.Set(key, loaded.Leaf, loaded.Chain);
                    _keys.Add(key);
                }
            }
        }

        foreach (var key in _keys.Except(wanted).ToList())
        {
            store.Remove(key);
            _keys.Remove(key);
        }

        foreach (var key in _faults.Keys.Except(wanted).ToList())
        {
            _faults.Remove(key);
        }

        Problems = [.. UpdateDefault(messages, all, changedFiles), .. _faults.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => f.Value)];
    }

    private PemPair? Load(string key, CertificateConfig pair, string provider, string option, bool isInUse)
    {
        try
        {
            var loaded = PemPair.Parse(PemText.Read("certFile", pair.CertFile), PemText.Read("keyFile", pair.KeyFile));
            _faults.Remove(key);
            return loaded;
        }
        catch (Exception e) when (e is InvalidDataException or CryptographicException or ArgumentException)
        {
            var outcome = isInUse ? "; the one that was read before stays in use until the files change again" : "";
            _faults[key] = new(
                "EG-TLS-CERTIFICATE", ProblemSeverity.Error, new($"provider {provider}, {option}, certFile {PemText.Shown(pair.CertFile)}"),
                $"the certificate cannot be used: {e.Message.TrimEnd('.')}{outcome}");
            return null;
        }
    }

    private IEnumerable<ConfigurationProblem> UpdateDefault(IReadOnlyList<ProviderMessage> messages, bool all, IReadOnlySet<string> changedFiles)
    {
        var givers = messages.Where(static m => m.Configuration.Tls.Stores.ContainsKey(DefaultStore)).ToList();
        if (givers is [var giver] && giver.Configuration.Tls.Stores[DefaultStore].DefaultCertificate is { } config)
        {
            if ((all || PemFileNames.Of(config).Any(changedFiles.Contains))
                && Load(DefaultStore, config, giver.Provider, "tls.stores.default.defaultCertificate", _ownDefault) is { } pair)
            {
                store.SetDefault(pair.Leaf, pair.Chain);
                _ownDefault = true;
            }

            return [];
        }

        _faults.Remove(DefaultStore);
        if (_ownDefault)
        {
            store.ResetDefault();
            _ownDefault = false;
        }

        return givers.Count < 2 ? [] : [new(
            "EG-TLS-STORE", ProblemSeverity.Error, new("tls.stores.default"),
            $"the default store is defined by several providers ({string.Join(", ", givers.Select(static m => m.Provider))}), none of them counts")];
    }
}
