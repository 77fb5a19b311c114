using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tls.Options;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Compiles routers: entry points, defaults, rule, middlewares, service (dynamic-config §3.4, 4.5, 6.1, 6.9).</summary>
internal sealed class RouterCompiler(RouterCompilerOptions options, TlsOptionsCompiler tlsOptions)
{
    private static readonly RouterObservabilityConfig Observed = new() { AccessLogs = true, Metrics = true, Tracing = true, TraceVerbosity = "minimal" };

    private readonly CompiledElements<HttpRouterConfig, CompiledRouter> _elements = new(static configuration => configuration.Http.Routers);
    private readonly RouterLayers _layers = new();
    private readonly ReferenceHints _hints = new();

    /// <summary>Routers that are right and get no requests, because those above them do not serve.</summary>
    public IReadOnlyList<IdleRouters> Idle => _layers.Idle;

    /// <summary>Number of routers.</summary>
    public int Count => _elements.Count;

    /// <summary>Compiles what changed and keeps the rest.</summary>
    /// <param name="messages">The latest message of each provider.</param>
    /// <param name="services">The services, up to date.</param>
    /// <param name="middlewares">The middlewares, up to date.</param>
    /// <param name="referencesChanged">False when no service, middleware or set of TLS options came, went or was replaced since the last call.</param>
    public CompiledElements<HttpRouterConfig, CompiledRouter>.Changes Update(
        IReadOnlyList<ProviderMessage> messages, ServiceCompiler services, MiddlewareCompiler middlewares, bool referencesChanged)
    {
        _hints.Begin();
        var outdated = _layers.Update(
            before => RouterTree.Of(messages, before, NamesOf, wanted => DidYouMeanRouter(wanted, messages)), messages, _elements.Find, IsCurrent,
            (name, config, layer) => (LayeredRouter)Compile(name, messages, config, services, middlewares, layer));
        return _elements.Update(
            messages,
            (provider, name, config, before) => _layers.Find(new(name, provider))
                ?? (before is not null && !outdated.Contains(before) && before.Source.Equals(config) && IsCurrent(before)
                    ? before
                    : Compile(new(name, provider), messages, config, services, middlewares, null)),
            referencesChanged || outdated.Count > 0 ? router => !outdated.Contains(router) && (!referencesChanged || IsCurrent(router)) : null);

        bool IsCurrent(CompiledRouter router) => router.IsCurrent(services, middlewares, tlsOptions);
    }

    /// <summary>What is said about every router as it is now.</summary>
    public IEnumerable<RouterReport> Reports()
    {
        var parts = _elements.Parts;
        return parts.SelectMany(static part => part.Entries).SelectMany(static router => (IEnumerable<RouterReport>)router.Reports);
    }

    private CompiledRouter Compile(
        QualifiedName router, IReadOnlyList<ProviderMessage> messages, HttpRouterConfig source, ServiceCompiler services,
        MiddlewareCompiler middlewares, RouterLayer? layer)
    {
        var (name, provider) = router;
        var faults = new RouterFaults(name, messages.First(message => message.Provider == provider));
        var isChild = layer is { Place.IsChild: true };
        HttpRouterModel? child = null;
        var models = new List<(string, HttpRouterModel)>();
        var reports = new List<RouterReport>();
        var wishes = new List<CertificateWish>();
        var tlsUses = new List<TlsUse>();
        bool? defaultTlsBroken = null;
        var usedServices = new List<(QualifiedName, ServiceEntry?)>();
        var usedMiddlewares = new List<(QualifiedName, MiddlewareEntry?)>();

        if (isChild)
        {
            // What an entry point gives, it gave to the router at the top.
            CompileOne(name, provider, source);
        }
        else
        {
            foreach (var (madeName, config) in Made(name, source))
            {
                CompileOne(madeName, provider, config);
            }
        }

        var compiled = new CompiledRouter
        {
            Source = source,
            Services = [.. usedServices],
            Middlewares = [.. usedMiddlewares],
            Models = [.. models],
            Wishes = [.. wishes],
            TlsUses = [.. tlsUses],
            DefaultTlsBroken = defaultTlsBroken,
            Reports = new(provider, reports, models),
        };
        return layer is null ? compiled : new LayeredRouter(compiled, router, layer, child);

        (HttpServiceModel?, string?) FindService(QualifiedName wanted)
        {
            var found = services.Find(wanted);
            usedServices.Add((wanted, found));
            return found is null ? (null, $"the service \"{wanted}\" does not exist{services.DidYouMean(wanted)}") : (found.Model, found.Error);
        }

        void CompileOne(string made, string owner, HttpRouterConfig config)
        {
            var qualified = $"{made}@{owner}";
            var own = new List<string>();
            var served = isChild ? ConfigList<string>.Empty : Served(config, faults, own);
            if (served.Count == 0 && !isChild)
            {
                reports.Add(new(
                    qualified, owner, Shown(config, owner, 0, layer), ElementStatus.Disabled, own.ToConfigList(), served, Service(config, owner)?.ToString() ?? "")
                {
                    Places = faults.Places,
                });
                return;
            }

            AddPlaceFaults(warnings: true);
            var warned = own.Count > 0;
            var priority = config.Priority != 0 ? config.Priority : HttpRule.PriorityOf(config.Rule ?? "");
            var before = own.Count;
            AddPlaceFaults(warnings: false);
            if (config.Priority > HttpRule.MaximumUserPriority && owner != InternalConfiguration.Provider)
            {
                own.Add(faults.Describe(
                    "EG-ROUTER-PRIORITY", "priority",
                    $"the router priority {config.Priority} exceeds the max user-defined priority {HttpRule.MaximumUserPriority}"));
            }

            if (!HttpRule.TryCompile(config.Rule ?? "", config.RuleSyntax ?? "", out var rule, out var ruleFault))
            {
                own.Add(faults.Describe(config.Rule ?? "", ruleFault));
            }

            wishes.AddRange(CertificateWishes.Of(config, rule));
            var tlsName = TlsOptionsCompiler.Qualify(config.Tls?.Options, owner);
            if (config.Tls is not null && tlsName != TlsOptionsModel.DefaultName)
            {
                var set = tlsOptions.Find(tlsName);
                tlsUses.AddRange(served.Select(entryPoint => new TlsUse(entryPoint, qualified, tlsName, set, rule?.Domains ?? [])));
                if (set?.Model is null)
                {
                    var reason = set?.Error is { } broken ? $": {broken}" : DidYouMeanOptions(QualifiedName.Resolve(tlsName, owner), messages);
                    own.Add(faults.Describe("EG-ROUTER-TLS", "tls.options", $"unknown TLS options: {tlsName}{reason}"));
                }
            }
            else if (config.Tls is not null)
            {
                defaultTlsBroken = tlsOptions.Default.Model is null;
                if (tlsOptions.Default.Error is { } broken)
                {
                    own.Add(faults.Describe("EG-ROUTER-TLS", "tls.options", $"unknown TLS options: {tlsName}: {broken}"));
                }
            }

            var missing = new List<string>();
            var chain = middlewares.Resolve(config.Middlewares, owner, qualified, FindService, usedMiddlewares, missing);
            own.AddRange(missing.Select(text => faults.Describe("EG-ROUTER-MIDDLEWARE", "middlewares", text)));
            var serviceName = Service(config, owner);
            var service = layer is { Children.Length: > 0 } ? ChildrenOf(qualified, own) : ServiceOf(serviceName, own);
            var usable = own.Count == before && rule is not null && service is not null;
            // From here on nothing disables the router.
            warned |= Doubt(config, rule, faults, own);
            if (usable)
            {
                var pipeline = RequestPipeline.Build(chain, service!);
                var rank = options.RankOf(owner);
                foreach (var entryPoint in served)
                {
                    models.Add((entryPoint, NewModel()));
                }

                child = isChild ? NewModel() : null;

                HttpRouterModel NewModel() => new()
                {
                    // Mostly router and service are called the same, and one text is enough for both.
                    Name = service is LoadBalancedService { Name: var same } && same == qualified ? same : qualified,
                    Config = config,
                    Rule = new CompiledRule(rule!),
                    Priority = priority,
                    TlsOptions = tlsName,
                    ProviderRank = rank,
                    Pipeline = pipeline,
                };
            }

            reports.Add(new(
                qualified, owner, Shown(config, owner, priority, layer),
                !usable ? ElementStatus.Disabled : warned ? ElementStatus.Warning : ElementStatus.Enabled,
                own.Distinct(StringComparer.Ordinal).ToConfigList(), served, serviceName?.ToString() ?? "")
            {
                Places = faults.Places,
            });

            void AddPlaceFaults(bool warnings)
            {
                foreach (var fault in layer?.Place.Faults ?? ConfigList<RouterPlaceFault>.Empty)
                {
                    if (fault.IsWarning == warnings)
                    {
                        own.Add(faults.Describe(fault.Code, fault.Option, fault.Text));
                    }
                }
            }
        }

        ChildRouters? ChildrenOf(string made, List<string> errors)
        {
            if (Array.Exists(layer!.Children, static below => below.Child is not null))
            {
                return new($"{made}-muxer", layer.Below, options.Time);
            }

            errors.Add(faults.Describe("EG-ROUTER-PARENT", "", $"no child routers could be added to muxer ({layer.Children.Length} skipped)"));
            return null;
        }

        HttpServiceModel? ServiceOf(QualifiedName? wanted, List<string> errors)
        {
            if (wanted is not { } serviceName)
            {
                // A child without one is at fault already.
                if (!isChild)
                {
                    errors.Add(faults.Describe("EG-ROUTER-SERVICE", "", "the service is missing on the router"));
                }

                return null;
            }

            var service = services.Find(serviceName);
            usedServices.Add((serviceName, service));
            if (service is null)
            {
                errors.Add(faults.Describe("EG-ROUTER-SERVICE", "service", $"the service \"{serviceName}\" does not exist{services.DidYouMean(serviceName)}"));
            }
            else if (service.Error is { } serviceError)
            {
                errors.Add(faults.Describe("EG-ROUTER-SERVICE", "service", serviceError));
            }

            return service?.Model;
        }
    }

    /// <summary>What is probably not meant and yet serves; true when there is anything.</summary>
    private bool Doubt(HttpRouterConfig config, HttpRule? rule, RouterFaults faults, List<string> own)
    {
        var before = own.Count;
        own.AddRange((rule?.Doubts ?? []).Select(doubt => faults.Describe("EG-RULE-TEMPLATE", "rule", doubt)));
        // As in Traefik such a router works, with whatever certificate there is.
        if (config.Tls?.CertResolver is { Length: > 0 } resolver && options.Resolvers is { } resolvers && !resolvers.Contains(resolver))
        {
            var hint = _hints.Of(resolver, resolvers) is { } near ? $"; did you mean \"{near}\"?"
                : resolvers.Count == 0 ? "; none is configured (certificatesResolvers.<name>.tailscale=true)"
                : $"; there is {string.Join(", ", resolvers)}";
            own.Add(faults.Describe("EG-ROUTER-RESOLVER", "tls.certresolver", $"Router uses a nonexistent certificate resolver \"{resolver}\"{hint}"));
        }

        return own.Count > before;
    }

    // The routers that one becomes. Entry points that do not exist have no defaults to give: the router keeps them, and the API shows them as written.
    private IEnumerable<(string Name, HttpRouterConfig Config)> Made(string name, HttpRouterConfig source)
    {
        var wanted = source.EntryPoints.Count == 0 ? options.DefaultEntryPoints : source.EntryPoints;
        return wanted.Count == 0 ? [(name, source)] : EntryPointModel.Apply(name, source, wanted, options.Models);
    }

    private IEnumerable<string> NamesOf(string name, HttpRouterConfig source) => Made(name, source).Select(static made => made.Name);

    private string DidYouMeanRouter(QualifiedName wanted, IReadOnlyList<ProviderMessage> messages) => _hints.For(
        wanted, [.. messages.SelectMany(static message => message.Configuration.Http.Routers.Keys.Select(name => new QualifiedName(name, message.Provider)))]);

    private string DidYouMeanOptions(QualifiedName wanted, IReadOnlyList<ProviderMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Provider != wanted.Provider && message.Configuration.Tls.Options.ContainsKey(wanted.Name))
            {
                return $"; did you mean \"{wanted.Name}@{message.Provider}\"?";
            }
        }

        var own = messages.FirstOrDefault(message => message.Provider == wanted.Provider)?.Configuration.Tls.Options.Keys ?? [];
        return _hints.Of(wanted.Name, own) is { } near ? $"; did you mean \"{near}@{wanted.Provider}\"?" : "";
    }

    // The entry points of the router that exist; the others are a warning, and an error when there is none left (dynamic-config §6.1).
    private ConfigList<string> Served(HttpRouterConfig config, RouterFaults faults, List<string> errors)
    {
        var known = new List<string>(config.EntryPoints.Count);
        foreach (var entryPoint in config.EntryPoints)
        {
            if (options.EntryPoints.Contains(entryPoint))
            {
                known.Add(entryPoint);
                continue;
            }

            var hint = _hints.Of(entryPoint, options.EntryPoints) is { } near ? $"; did you mean \"{near}\"?" : "";
            errors.Add(faults.Describe("EG-ROUTER-ENTRYPOINT", "entrypoints", $"entryPoint \"{entryPoint}\" doesn't exist{hint}"));
        }

        if (known.Count == 0)
        {
            errors.Add(faults.Describe("EG-ROUTER-ENTRYPOINT", "entrypoints", "no valid entryPoint for this router"));
        }

        return known.Count == config.EntryPoints.Count ? config.EntryPoints : known.ToConfigList();
    }

    internal static QualifiedName? Service(HttpRouterConfig config, string provider) =>
        string.IsNullOrEmpty(config.Service) ? null : QualifiedName.Resolve(config.Service, provider);

    /// <summary>The router as the API shows it: middlewares qualified, priority resolved, gaps of observability filled.</summary>
    internal static HttpRouterConfig Shown(HttpRouterConfig config, string provider, long priority, RouterLayer? layer = null) => config with
    {
        ParentRefs = layer?.Place.ParentRefs ?? config.ParentRefs,
        Middlewares = config.Middlewares.Count == 0
            ? config.Middlewares
            : config.Middlewares.Select(m => QualifiedName.Resolve(m, provider).ToString()).ToConfigList(),
        Priority = priority != 0 ? priority : config.Priority,
        Observability = layer is { Place.IsChild: true } ? config.Observability : config.Observability is null ? Observed : new()
        {
            AccessLogs = config.Observability.AccessLogs ?? true,
            Metrics = config.Observability.Metrics ?? true,
            Tracing = config.Observability.Tracing ?? true,
            TraceVerbosity = config.Observability.TraceVerbosity is { Length: > 0 } verbosity ? verbosity : "minimal",
        },
    };
}
