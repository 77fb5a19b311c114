using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>
/// A named set of TLS options, checked (dynamic-config §5.8, 5.9). One object per name and settings, kept from snapshot to
/// snapshot: handshake options are cached by it, and with them the sessions that clients resume.
/// </summary>
internal sealed class TlsOptionsModel
{
    /// <summary>Name of the set of connections that no other set belongs to.</summary>
    public const string DefaultName = "default";

    // Traefik's built-in set; a set of the user's own has Go's least version, which is 1.2 as well.
    private static readonly TlsOptionsConfig BuiltIn = new() { MinVersion = "VersionTLS12" };

    private static readonly string[] KnownCurves =
    [
        "secp256r1", "CurveP256", "secp384r1", "CurveP384", "secp521r1", "CurveP521", "x25519", "X25519", "x25519mlkem768",
        "X25519MLKEM768", "secp256r1mlkem768", "SecP256r1MLKEM768", "secp384r1mlkem1024", "SecP384r1MLKEM1024",
    ];

    private readonly string[] _protocolNames;

    private TlsOptionsModel(string name, TlsOptionsConfig config)
    {
        Name = name;
        Config = config;
        Protocols = Versions(config);
        Ciphers = config.CipherSuites.Count > 0 ? CipherSuiteNames.Read(config.CipherSuites) : null;
        CheckCurves(config.CurvePreferences);
        _protocolNames = [.. config.AlpnProtocols.Where(static protocol => protocol.Length > 0 && protocol != "acme-tls/1")]; // no resolver here answers that challenge
        ApplicationProtocols = [.. _protocolNames.Select(static protocol => new SslApplicationProtocol(protocol))];
        Roots = PemText.ReadCertificates("clientAuth.caFiles", config.ClientAuth.CaFiles);
        ClientAuthentication = Authentication(config.ClientAuth);
    }

    /// <summary>The set in force where the user defines no <c>default</c>.</summary>
    public static TlsOptionsModel Default { get; } = new(DefaultName, BuiltIn);

    /// <summary>Qualified name; <see cref="DefaultName"/> has no provider.</summary>
    public string Name { get; }

    /// <summary>The settings.</summary>
    public TlsOptionsConfig Config { get; }

    /// <summary>Versions that are spoken.</summary>
    public SslProtocols Protocols { get; }

    /// <summary>Suites; null leaves them to OpenSSL, which alone keeps sessions resumable (dotnet §3.4).</summary>
    public CipherSuitesPolicy? Ciphers { get; }

    /// <summary>ALPN names that are offered.</summary>
    public List<SslApplicationProtocol> ApplicationProtocols { get; }

    /// <summary>False when a client offers protocols and none of them is offered here: its handshake fails (RFC 7301 §3.2).</summary>
    /// <param name="offered">ALPN names of its hello.</param>
    public bool SharesProtocol(string[] offered) =>
        _protocolNames.Length == 0 || offered.Length == 0 || Array.Exists(_protocolNames, name => offered.Contains(name, StringComparer.Ordinal));

    /// <summary>What is asked of clients.</summary>
    public ClientAuthentication ClientAuthentication { get; }

    /// <summary>Who may sign client certificates.</summary>
    public X509Certificate2Collection Roots { get; }

    /// <summary>True: a name that no certificate fits is refused (alert 112).</summary>
    public bool SniStrict => Config.SniStrict;

    /// <summary>Checks a set.</summary>
    /// <param name="name">Its qualified name.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="model">The set.</param>
    /// <param name="error">What is wrong, in Traefik's words where it has them.</param>
    public static bool TryCreate(string name, TlsOptionsConfig config, out TlsOptionsModel? model, out string error)
    {
        try
        {
            model = new TlsOptionsModel(name, config);
            error = "";
            return true;
        }
        catch (InvalidDataException e)
        {
            model = null;
            error = e.Message;
            return false;
        }
    }

    // An unknown version is ignored, as in Traefik; below 1.2 only where the user names it.
    private static SslProtocols Versions(TlsOptionsConfig config)
    {
        var protocols = TlsVersions.Between(TlsVersions.Find(config.MinVersion) ?? 2, TlsVersions.Find(config.MaxVersion) ?? 3);
        return protocols != SslProtocols.None ? protocols : throw new InvalidDataException("minVersion is above maxVersion");
    }

    private static void CheckCurves(ConfigList<string> curves)
    {
        foreach (var curve in curves)
        {
            if (!KnownCurves.Contains(curve, StringComparer.Ordinal))
            {
                throw new InvalidDataException($"invalid CurveID in curvePreferences: {curve}");
            }
        }
    }

    private static ClientAuthentication Authentication(ClientAuthConfig config)
    {
        var mode = config.ClientAuthType switch
        {
            null or "" => config.CaFiles.Count > 0 ? ClientAuthentication.RequireAndVerify : ClientAuthentication.None,
            "NoClientCert" => ClientAuthentication.None,
            "RequestClientCert" => ClientAuthentication.Request,
            "RequireAnyClientCert" => ClientAuthentication.RequireAny,
            "VerifyClientCertIfGiven" => ClientAuthentication.VerifyIfGiven,
            "RequireAndVerifyClientCert" => ClientAuthentication.RequireAndVerify,
            var other => throw new InvalidDataException($"unknown client auth type \"{other}\""),
        };
        return mode >= ClientAuthentication.VerifyIfGiven && config.CaFiles.Count == 0
            ? throw new InvalidDataException($"invalid clientAuthType: {config.ClientAuthType}, CAFiles is required")
            : mode;
    }
}
