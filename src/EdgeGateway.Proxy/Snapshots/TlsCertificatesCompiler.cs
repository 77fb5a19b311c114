using System.Security.Cryptography;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tls;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// Puts the certificates that providers name (dynamic-config §5.7) into the store, as whole pairs. A pair that cannot be used costs itself;
/// one that was in use stays until a good one takes its place. Files are read when the configuration that names them changes.
/// </summary>
internal sealed class TlsCertificatesCompiler(CertificateStore store)
{
    private const string DefaultStore = "default";

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private TlsConfiguration[] _seen = [];
    private bool _ownDefault;

    /// <summary>What is wrong with certificates.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; private set; } = [];

    /// <summary>Takes up what the providers say.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages)
    {
        TlsConfiguration[] now = [.. messages.Select(static m => m.Configuration.Tls)];
        if (now.AsSpan().SequenceEqual(_seen))
        {
            return;
        }

        _seen = now;
        var problems = new List<ConfigurationProblem>();
        var wanted = new HashSet<string>(StringComparer.Ordinal);
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
                if (Load(config.CertFile, config.KeyFile, message.Provider, "tls.certificates", problems) is { } pair)
                {
                    store.Set(key, pair.Leaf, pair.Chain);
                    _keys.Add(key);
                }
            }
        }

        foreach (var key in _keys.Except(wanted).ToList())
        {
            store.Remove(key);
            _keys.Remove(key);
        }

        UpdateDefault(messages, problems);
        Problems = problems;
    }

    private static PemPair? Load(string? certFile, string? keyFile, string provider, string option, List<ConfigurationProblem> problems)
    {
        try
        {
            return PemPair.Parse(PemText.Read("certFile", certFile), PemText.Read("keyFile", keyFile));
        }
        catch (Exception e) when (e is InvalidDataException or CryptographicException or ArgumentException)
        {
            problems.Add(new(
                "EG-TLS-CERTIFICATE", ProblemSeverity.Error, new($"provider {provider}, {option}, certFile {PemText.Shown(certFile)}"),
                $"the certificate cannot be used: {e.Message}"));
            return null;
        }
    }

    private void UpdateDefault(IReadOnlyList<ProviderMessage> messages, List<ConfigurationProblem> problems)
    {
        var givers = messages.Where(static m => m.Configuration.Tls.Stores.ContainsKey(DefaultStore)).ToList();
        if (givers.Count > 1)
        {
            problems.Add(new(
                "EG-TLS-STORE", ProblemSeverity.Error, new("tls.stores.default"),
                $"the default store is defined by several providers ({string.Join(", ", givers.Select(static m => m.Provider))}), none of them counts"));
        }

        if (givers is [var giver] && giver.Configuration.Tls.Stores[DefaultStore].DefaultCertificate is { } config)
        {
            if (Load(config.CertFile, config.KeyFile, giver.Provider, "tls.stores.default.defaultCertificate", problems) is { } pair)
            {
                store.SetDefault(pair.Leaf, pair.Chain);
                _ownDefault = true;
            }
        }
        else if (_ownDefault)
        {
            store.ResetDefault();
            _ownDefault = false;
        }
    }
}
