using System.Globalization;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Conformance;

/// <summary>Every option of Traefik v3.7.9 that concerns an edge gateway: taken with its default, or refused by name.</summary>
public sealed class StaticOptionsTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    // Options whose default differs, each a row in docs/compatibility.md.
    private static readonly Dictionary<string, string> OtherDefaults = new(StringComparer.Ordinal)
    {
        ["log.level"] = "INFO",
        ["global.checknewversion"] = "false",
        ["providers.nomad.endpoint.address"] = "",
        ["providers.precedence"] = "",
        // Unlimited unless set (decided): a half-closed connection gets its answer.
        ["tcpserverstransport.terminationdelay"] = "-0.001",
        // The same numbers, written shorter.
        ["metrics.prometheus.buckets"] = "0.1,0.3,1.2,5",
    };

    // What this version supports; a later one moves lines from the other list to this.
    private static readonly HashSet<string> Supported = new(StringComparer.Ordinal)
    {
        "accesslog", "accesslog.addinternals", "accesslog.bufferingsize", "accesslog.fields.defaultmode", "accesslog.fields.headers.defaultmode",
        "accesslog.fields.headers.names.<name>", "accesslog.fields.names.<name>", "accesslog.fields.queryparameters.defaultmode", "accesslog.filepath",
        "accesslog.filters.minduration", "accesslog.filters.retryattempts", "accesslog.filters.statuscodes", "accesslog.format",
        "api", "api.basepath", "api.dashboard", "api.dashboardname", "api.debug", "api.disabledashboardad", "api.insecure",
        "certificatesresolvers.<name>", "certificatesresolvers.<name>.tailscale",
        "entrypoints.<name>", "entrypoints.<name>.address", "entrypoints.<name>.asdefault",
        "entrypoints.<name>.forwardedheaders.connection", "entrypoints.<name>.forwardedheaders.insecure",
        "entrypoints.<name>.forwardedheaders.notappendxforwardedfor", "entrypoints.<name>.forwardedheaders.trustedips",
        "entrypoints.<name>.http.encodedcharacters.allowencodedbackslash", "entrypoints.<name>.http.encodedcharacters.allowencodedhash",
        "entrypoints.<name>.http.encodedcharacters.allowencodednullcharacter", "entrypoints.<name>.http.encodedcharacters.allowencodedpercent",
        "entrypoints.<name>.http.encodedcharacters.allowencodedquestionmark", "entrypoints.<name>.http.encodedcharacters.allowencodedsemicolon",
        "entrypoints.<name>.http.encodedcharacters.allowencodedslash", "entrypoints.<name>.http.encodequerysemicolons",
        "entrypoints.<name>.http.maxheaderbytes", "entrypoints.<name>.http.middlewares",
        "entrypoints.<name>.http.redirections.entrypoint.permanent", "entrypoints.<name>.http.redirections.entrypoint.priority",
        "entrypoints.<name>.http.redirections.entrypoint.scheme", "entrypoints.<name>.http.redirections.entrypoint.to",
        "entrypoints.<name>.http.sanitizepath", "entrypoints.<name>.http.tls", "entrypoints.<name>.http.tls.certresolver",
        "entrypoints.<name>.http.tls.domains", "entrypoints.<name>.http.tls.domains[n].main", "entrypoints.<name>.http.tls.domains[n].sans",
        "entrypoints.<name>.http2.maxconcurrentstreams", "entrypoints.<name>.http2.maxdecoderheadertablesize",
        "entrypoints.<name>.http2.maxencoderheadertablesize",
        "entrypoints.<name>.http.tls.options", "entrypoints.<name>.http.underscoreheadersstrategy", "entrypoints.<name>.reuseport",
        "entrypoints.<name>.transport.keepalivemaxrequests", "entrypoints.<name>.transport.keepalivemaxtime",
        "entrypoints.<name>.transport.lifecycle.gracetimeout", "entrypoints.<name>.transport.lifecycle.requestacceptgracetimeout",
        "entrypoints.<name>.transport.respondingtimeouts.idletimeout", "entrypoints.<name>.transport.respondingtimeouts.readtimeout",
        "entrypoints.<name>.transport.respondingtimeouts.writetimeout",
        "global.checknewversion", "global.notappendxforwardedfor", "global.sendanonymoususage",
        "log", "log.compress", "log.filepath", "log.format", "log.level", "log.maxage", "log.maxbackups", "log.maxsize", "log.nocolor",
        "metrics.addinternals", "metrics.prometheus", "metrics.prometheus.addentrypointslabels", "metrics.prometheus.headerlabels.<name>", "metrics.prometheus.addrouterslabels",
        "metrics.prometheus.addserviceslabels", "metrics.prometheus.buckets", "metrics.prometheus.entrypoint", "metrics.prometheus.manualrouting",
        "ping", "ping.entrypoint", "ping.manualrouting", "ping.terminatingstatuscode",
        "core.defaultrulesyntax", "entrypoints.<name>.observability.accesslogs", "entrypoints.<name>.observability.metrics",
        "entrypoints.<name>.observability.traceverbosity", "entrypoints.<name>.observability.tracing", "providers.nomad.allowemptyservices",
        "providers.file.debugloggeneratedtemplate", "providers.file.directory", "providers.file.filename", "providers.file.watch",
        "providers.nomad", "providers.nomad.constraints", "providers.nomad.defaultrule", "providers.nomad.endpoint.address",
        "providers.nomad.endpoint.endpointwaittime", "providers.nomad.endpoint.region", "providers.nomad.endpoint.tls.ca",
        "providers.nomad.endpoint.tls.cert", "providers.nomad.endpoint.tls.insecureskipverify", "providers.nomad.endpoint.tls.key",
        "providers.nomad.endpoint.token", "providers.nomad.exposedbydefault", "providers.nomad.namespaces", "providers.nomad.prefix",
        "providers.nomad.refreshinterval", "providers.nomad.stale", "providers.nomad.throttleduration", "providers.nomad.watch",
        "providers.precedence", "providers.providersthrottleduration",
        "serverstransport.forwardingtimeouts.dialtimeout", "serverstransport.forwardingtimeouts.idleconntimeout",
        "serverstransport.forwardingtimeouts.responseheadertimeout", "serverstransport.insecureskipverify", "serverstransport.maxidleconnsperhost",
        "serverstransport.rootcas",
        "entrypoints.<name>.proxyprotocol", "entrypoints.<name>.proxyprotocol.insecure", "entrypoints.<name>.proxyprotocol.trustedips",
        "entrypoints.<name>.udp.timeout",
        "tcpserverstransport.dialkeepalive", "tcpserverstransport.dialtimeout", "tcpserverstransport.terminationdelay",
        "tcpserverstransport.tls", "tcpserverstransport.tls.insecureskipverify", "tcpserverstransport.tls.rootcas",
    };

    // Refused "not supported yet", with all that is below them.
    private static readonly string[] Unsupported =
    [
        "accesslog.dualoutput", "accesslog.otlp",
        "certificatesresolvers.<name>.acme", "entrypoints.<name>.allowacmebypass",
        "entrypoints.<name>.http3", "experimental", "hostresolver", "log.otlp", "metrics.datadog",
        "metrics.influxdb2", "metrics.otlp", "metrics.statsd", "ocsp", "providers.http",
        "providers.rest", "serverstransport.spiffe", "spiffe", "tcpserverstransport.tls.spiffe", "tracing",
    ];

    // Sections that cannot stand alone, as in Traefik: taken in a file, refused as a flag or variable without an option below.
    private static readonly HashSet<string> Sections = new(StringComparer.Ordinal) { "entrypoints.<name>.http" };

    public static TheoryData<string, string, string> Options()
    {
        var data = new TheoryData<string, string, string>();
        using var corpus = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "conformance", "staticOptions.json")));
        foreach (var option in corpus.RootElement.GetProperty("options").EnumerateArray())
        {
            data.Add(option.GetProperty("option").GetString()!, option.GetProperty("env").GetString()!, option.GetProperty("default").GetString()!);
        }

        Assert.Equal(corpus.RootElement.GetProperty("optionCount").GetInt32(), data.Count);
        return data;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Is_taken_or_refused_by_name_as_flag_variable_and_file(string option, string variable, string initial)
    {
        var isRefused = Unsupported.Any(u => option == u || option.StartsWith(u + ".", StringComparison.Ordinal));
        Assert.Equal(1, (Supported.Contains(option) ? 1 : 0) + (Sections.Contains(option) ? 1 : 0) + (isRefused ? 1 : 0));

        var flag = option.Replace("<name>", "x").Replace("[n]", "[0]");
        var value = ValueFor(option, initial);
        var env = variable.Replace("<NAME>", "X").Replace("[N]", "_0");
        if (Sections.Contains(option))
        {
            Assert.Equal(
                "EG-CONFIG-ALONE",
                Assert.Throws<ConfigurationException>(() => StaticLoader.Load([$"--{flag}={value}"], NoVariables)).Problem.Code);
        }
        else
        {
            Outcome(isRefused, flag, () => StaticLoader.Load([$"--{flag}={value}"], NoVariables));
            Outcome(isRefused, flag, () => StaticLoader.Load([], new Dictionary<string, string> { [env] = value }));
        }

        if (!option.Contains('['))
        {
            var file = System.Text.Encoding.UTF8.GetBytes($"{string.Join('.', flag.Split('.'))} = {FileValue(option, value)}\n");
            Outcome(isRefused, flag, () => StaticLoader.Read(["--configFile=t.toml"], NoVariables, static _ => true, _ => file).Configuration);
        }
    }

    [Fact]
    public void Supported_options_have_the_documented_defaults()
    {
        var defaults = StaticLoader.Options().ToDictionary(static o => o.Path.ToLowerInvariant(), static o => o);
        var wrong = new List<string>();
        foreach (var row in Options())
        {
            var (option, initial) = ((string)row[0], (string)row[2]);
            if (!Supported.Contains(option) || !defaults.TryGetValue(option, out var ours) || ours.Kind is ConfigKind.Object or ConfigKind.ObjectList)
            {
                continue;
            }

            var expected = OtherDefaults.GetValueOrDefault(option, initial);
            var actual = ours.Default ?? (ours.Kind switch { ConfigKind.Boolean => "false", ConfigKind.Number or ConfigKind.Duration => "0", _ => "" });
            if (ours.Kind == ConfigKind.Duration && GoDuration.TryParse(actual, out var time))
            {
                actual = time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            }

            if (expected != actual)
            {
                wrong.Add($"{option}: {actual} instead of {expected}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_option_of_ours_is_one_of_Traefik_or_begins_with_edge()
    {
        var known = Options().Select(static row => (string)row[0]).ToHashSet(StringComparer.Ordinal);
        var foreign = StaticLoader.Options()
            .Where(static o => o.Kind is not (ConfigKind.Object or ConfigKind.Map or ConfigKind.ObjectList))
            .Select(static o => o.Path.ToLowerInvariant())
            .Where(path => !path.StartsWith("edge.", StringComparison.Ordinal) && !known.Contains(path))
            .Where(static path => !path.StartsWith("accesslog.l4.", StringComparison.Ordinal)) // beside the access log, where a user looks for it
            // Removed in Traefik v3, and refused here before it is bound; the record is shared with middlewares that still have it.
            .Where(static path => path != "providers.nomad.endpoint.tls.caoptional");
        Assert.Empty(foreign);
    }

    private static void Outcome(bool isRefused, string flag, Func<StaticConfiguration> load)
    {
        if (!isRefused)
        {
            Assert.NotNull(load());
            return;
        }

        var refusal = Assert.Throws<ConfigurationException>(() => load()).Problem;
        Assert.Equal("EG-CONFIG-UNSUPPORTED", refusal.Code);
        Assert.Contains("not supported yet", refusal.Message);
        Assert.Contains(flag, refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static string ValueFor(string option, string initial) => option switch
    {
        // The one that is on by default in the list, and the ones whose defaults say nothing of their type.
        "certificatesresolvers.<name>.tailscale" => "true",
        "entrypoints.<name>.http" => "true",
        "entrypoints.<name>.address" => "127.0.0.1:8080",
        "entrypoints.<name>.forwardedheaders.trustedips" or "entrypoints.<name>.proxyprotocol.trustedips" => "127.0.0.1/32",
        "entrypoints.<name>.http.tls.domains" => "x",
        "providers.nomad.allowemptyservices" => "true",
        _ when initial == "false" => "true",
        _ => initial.Length == 0 ? "x" : initial,
    };

    private static string FileValue(string option, string value) =>
        // A section is written as a table.
        option is "entrypoints.<name>.http" or "entrypoints.<name>" or "certificatesresolvers.<name>" ? "{}"
        : option == "entrypoints.<name>.http.tls.domains" ? "[{ main = 'x' }]"
        : bool.TryParse(value, out _) || long.TryParse(value, out _) ? value
        : $"'{value}'";
}
