using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Compiles routers: entry points, defaults, rule, middlewares, service (dynamic-config §3.4, 4.5, 6.1, 6.9).</summary>
internal sealed class RouterCompiler(RouterCompilerOptions options)
{
    private static readonly RouterObservabilityConfig Observed = new() { AccessLogs = true, Metrics = true, Tracing = true, TraceVerbosity = "minimal" };

    private readonly CompiledElements<HttpRouterConfig, CompiledRouter> _elements = new(static configuration => configuration.Http.Routers);

    /// <summary>Number of routers.</summary>
    public int Count => _elements.Count;

    /// <summary>Compiles what changed and keeps the rest.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="services">The services, up to date.</param>
    /// <param name="middlewares">The middlewares, up to date.</param>
    /// <param name="referencesChanged">False when no service or middleware came, went or was replaced since the last call.</param>
    public CompiledElements<HttpRouterConfig, CompiledRouter>.Changes Update(
        IReadOnlyList<ProviderMessage> messages, ServiceCompiler services, MiddlewareCompiler middlewares, bool referencesChanged) =>
        _elements.Update(
            messages,
            (provider, name, config, before) => before is not null && before.Source.Equals(config) && before.IsCurrent(services, middlewares)
                ? before
                : Compile(name, provider, config, services, middlewares),
            referencesChanged ? router => router.IsCurrent(services, middlewares) : null);

    /// <summary>What is said about every router as it is now.</summary>
    public IEnumerable<RouterReport> Reports()
    {
        var parts = _elements.Parts;
        return parts.SelectMany(static part => part.Entries).SelectMany(static router => (IEnumerable<RouterReport>)router.Reports);
    }

    private CompiledRouter Compile(
        string name, string provider, HttpRouterConfig source, ServiceCompiler services, MiddlewareCompiler middlewares)
    {
        var errors = new List<string>();
        var entryPoints = EntryPoints(source, errors, out var warnings);
        var models = new List<(string, HttpRouterModel)>();
        var reports = new List<RouterReport>();
        var usedServices = new List<(QualifiedName, ServiceEntry?)>();
        var usedMiddlewares = new List<(QualifiedName, MiddlewareEntry?)>();

        if (entryPoints.Count == 0)
        {
            var config = Shown(source, provider, 0);
            reports.Add(new(
                $"{name}@{provider}", provider, config, ElementStatus.Disabled, errors.ToConfigList(), ConfigList<string>.Empty,
                Service(source, provider)?.ToString() ?? ""));
        }

        foreach (var (madeName, config) in EntryPointModel.Apply(name, source, entryPoints, options.Models))
        {
            CompileOne(madeName, provider, config, entryPoints, errors, warnings);
        }

        return new()
        {
            Source = source,
            Services = [.. usedServices],
            Middlewares = [.. usedMiddlewares],
            Models = [.. models],
            Reports = new(provider, reports, models),
        };

        void CompileOne(string made, string owner, HttpRouterConfig config, ConfigList<string> all, List<string> faults, bool warned)
        {
            var qualified = $"{made}@{owner}";
            var own = new List<string>(faults);
            var served = config.EntryPoints;
            var priority = config.Priority != 0 ? config.Priority : HttpRule.PriorityOf(config.Rule ?? "");
            var broken = own.Count;

            if (config.Priority > HttpRule.MaximumUserPriority && owner != InternalConfiguration.Provider)
            {
                own.Add($"the router priority {config.Priority} exceeds the max user-defined priority {HttpRule.MaximumUserPriority}");
            }

            if (!HttpRule.TryParse(config.Rule ?? "", config.RuleSyntax ?? "", out var rule, out var ruleError))
            {
                own.Add($"error while parsing rule {config.Rule}: {ruleError}");
            }

            if (config.Tls?.Options is { Length: > 0 } tlsOptions && tlsOptions != "default")
            {
                own.Add($"unknown TLS options: {QualifiedName.Resolve(tlsOptions, owner)}");
            }

            var chain = middlewares.Resolve(config.Middlewares, owner, qualified, usedMiddlewares, own);
            var serviceName = Service(config, owner);
            ServiceEntry? service = null;
            if (serviceName is null)
            {
                own.Add("the service is missing on the router");
            }
            else
            {
                service = services.Find(serviceName.Value);
                usedServices.Add((serviceName.Value, service));
                if (service is null)
                {
                    own.Add($"the service \"{serviceName}\" does not exist{services.DidYouMean(serviceName.Value)}");
                }
                else if (service.Error is { } serviceError)
                {
                    own.Add(serviceError);
                }
            }

            var usable = own.Count == broken && rule is not null && service?.Model is not null;
            if (usable)
            {
                var pipeline = RequestPipeline.Build(chain, service!.Model!);
                foreach (var entryPoint in served)
                {
                    models.Add((entryPoint, new HttpRouterModel
                    {
                        Name = qualified,
                        Config = config,
                        Rule = new CompiledRule(rule!),
                        Priority = priority,
                        Pipeline = pipeline,
                    }));
                }
            }

            reports.Add(new(
                qualified, owner, Shown(config, owner, priority),
                !usable ? ElementStatus.Disabled : warned ? ElementStatus.Warning : ElementStatus.Enabled,
                own.ToConfigList(), served, serviceName?.ToString() ?? ""));
        }
    }

    private ConfigList<string> EntryPoints(HttpRouterConfig source, List<string> errors, out bool warned)
    {
        warned = false;
        if (source.EntryPoints.Count == 0)
        {
            return options.DefaultEntryPoints;
        }

        var known = new List<string>(source.EntryPoints.Count);
        foreach (var entryPoint in source.EntryPoints)
        {
            if (options.EntryPoints.Contains(entryPoint))
            {
                known.Add(entryPoint);
                continue;
            }

            warned = true;
            errors.Add($"entryPoint \"{entryPoint}\" doesn't exist");
        }

        if (known.Count == 0)
        {
            errors.Add("no valid entryPoint for this router");
        }

        return known.Count == source.EntryPoints.Count ? source.EntryPoints : known.ToConfigList();
    }

    private static QualifiedName? Service(HttpRouterConfig config, string provider) =>
        string.IsNullOrEmpty(config.Service) ? null : QualifiedName.Resolve(config.Service, provider);

    /// <summary>The router as the API shows it: middlewares qualified, priority resolved, gaps of observability filled.</summary>
    internal static HttpRouterConfig Shown(HttpRouterConfig config, string provider, long priority) => config with
    {
        Middlewares = config.Middlewares.Count == 0
            ? config.Middlewares
            : config.Middlewares.Select(m => QualifiedName.Resolve(m, provider).ToString()).ToConfigList(),
        Priority = priority != 0 ? priority : config.Priority,
        Observability = config.Observability is null ? Observed : new()
        {
            AccessLogs = config.Observability.AccessLogs ?? true,
            Metrics = config.Observability.Metrics ?? true,
            Tracing = config.Observability.Tracing ?? true,
            TraceVerbosity = config.Observability.TraceVerbosity is { Length: > 0 } verbosity ? verbosity : "minimal",
        },
    };
}
