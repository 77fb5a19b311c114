using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Compiles routers: entry points, defaults, rule, middlewares, service (dynamic-config §3.4, 4.5, 6.1, 6.9).</summary>
internal sealed class RouterCompiler(RouterCompilerOptions options)
{
    private Dictionary<string, Dictionary<string, CompiledRouter>> _compiled = new(StringComparer.Ordinal);

    /// <summary>Compiles what changed and keeps the rest.</summary>
    public (int Compiled, int Reused) Update(
        IReadOnlyList<ProviderMessage> messages, ServiceCompiler services, MiddlewareCompiler middlewares)
    {
        var (compiled, reused) = (0, 0);
        var next = new Dictionary<string, Dictionary<string, CompiledRouter>>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            var before = _compiled.GetValueOrDefault(message.Provider);
            var routers = message.Configuration.Http.Routers;
            var now = new Dictionary<string, CompiledRouter>(routers.Count, StringComparer.Ordinal);
            foreach (var (name, config) in routers.AsSpan())
            {
                if (before is not null && before.TryGetValue(name, out var router) && router.IsCurrent(config, services, middlewares))
                {
                    now.Add(name, router);
                    reused++;
                    continue;
                }

                now.Add(name, Compile(name, message.Provider, config, services, middlewares));
                compiled++;
            }

            next.Add(message.Provider, now);
        }

        _compiled = next;
        return (compiled, reused);
    }

    /// <summary>Every router that serves requests, by entry point.</summary>
    public IEnumerable<(string EntryPoint, HttpRouterModel Model)> Models() =>
        _compiled.Values.SelectMany(static p => p.Values).SelectMany(static r => r.Models);

    /// <summary>What is said about every router.</summary>
    public RouterReport[] Reports() =>
        [.. _compiled.Values.SelectMany(static p => p.Values).SelectMany(static r => r.Reports)];

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
            Reports = [.. reports],
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

            if (config.ParentRefs.Count > 0)
            {
                own.Add(Unsupported.Text("parentRefs (a router below other routers)"));
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

        return known.ToConfigList();
    }

    private static QualifiedName? Service(HttpRouterConfig config, string provider) =>
        string.IsNullOrEmpty(config.Service) ? null : QualifiedName.Resolve(config.Service, provider);

    /// <summary>The router as the API shows it: middlewares qualified, priority resolved, gaps of observability filled.</summary>
    private static HttpRouterConfig Shown(HttpRouterConfig config, string provider, long priority) => config with
    {
        Middlewares = config.Middlewares.Count == 0
            ? config.Middlewares
            : config.Middlewares.Select(m => QualifiedName.Resolve(m, provider).ToString()).ToConfigList(),
        Priority = priority != 0 ? priority : config.Priority,
        Observability = new()
        {
            AccessLogs = config.Observability?.AccessLogs ?? true,
            Metrics = config.Observability?.Metrics ?? true,
            Tracing = config.Observability?.Tracing ?? true,
            TraceVerbosity = config.Observability?.TraceVerbosity is { Length: > 0 } verbosity ? verbosity : "minimal",
        },
    };
}
