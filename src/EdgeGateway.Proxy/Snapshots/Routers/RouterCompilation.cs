// One configured router, and each of the routers that it becomes:
//   1. Entry points  those that exist; a router with parents has none, theirs are its parents'
//   2. Place         what is wrong with its parents and children
//   3. Rule          compiled, with the priority that it gives
//   4. TLS           the certificates it wants, the options it names
//   5. Middlewares   the chain, resolved
//   6. Service       or the children, which stand in its place
//   7. Doubts        what is probably not meant and yet serves
//   8. Models        one per entry point, unless something of 1 to 6 is wrong
//   9. Report        what the API, the dashboard and the log say
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tls.Options;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>Compiles one router: entry points, defaults, rule, middlewares, service (dynamic-config §3.4, 4.5, 6.1, 6.7, 6.9). Used once.</summary>
/// <param name="around">What it is compiled against.</param>
/// <param name="router">Its name as configured.</param>
/// <param name="source">What the user wrote.</param>
/// <param name="layer">Its place among parents and children; null when it has neither.</param>
internal sealed class RouterCompilation(RouterSurroundings around, QualifiedName router, HttpRouterConfig source, RouterLayer? layer)
{
    private readonly RouterFaults _faults = new(router.Name, around.MessageOf(router.Provider));
    private readonly List<(string, HttpRouterModel)> _models = [];
    private readonly List<RouterReport> _reports = [];
    private readonly List<CertificateWish> _wishes = [];
    private readonly List<TlsUse> _tlsUses = [];
    private readonly List<(QualifiedName, ServiceEntry?)> _services = [];
    private readonly List<(QualifiedName, MiddlewareEntry?)> _middlewares = [];
    private bool? _defaultTlsBroken;
    private HttpRouterModel? _child;

    private bool IsChild => layer is { Place.IsChild: true };

    /// <summary>Compiles it; with a layer the result is a <see cref="LayeredRouter"/>.</summary>
    public CompiledRouter Run()
    {
        if (IsChild)
        {
            // What an entry point gives, it gave to the router at the top.
            CompileOne(router.Name, source);
        }
        else
        {
            foreach (var (name, config) in around.Made(router.Name, source))
            {
                CompileOne(name, config);
            }
        }

        var compiled = new CompiledRouter
        {
            Source = source,
            Services = [.. _services],
            Middlewares = [.. _middlewares],
            Models = [.. _models],
            Wishes = [.. _wishes],
            TlsUses = [.. _tlsUses],
            DefaultTlsBroken = _defaultTlsBroken,
            Reports = new(router.Provider, _reports, _models),
        };
        return layer is null ? compiled : new LayeredRouter(compiled, router, layer, _child);
    }

    private void CompileOne(string made, HttpRouterConfig config)
    {
        var name = $"{made}@{router.Provider}";
        var told = new List<string>();

        // 1
        var served = IsChild ? ConfigList<string>.Empty : Served(config, told);
        if (served.Count == 0 && !IsChild)
        {
            Report(name, config, 0, ElementStatus.Disabled, told, served);
            return;
        }

        // 2
        TellPlace(told, warnings: true);
        var warned = told.Count > 0;
        var before = told.Count;
        TellPlace(told, warnings: false);

        // 3
        var priority = config.Priority != 0 ? config.Priority : HttpRule.PriorityOf(config.Rule ?? "");
        if (config.Priority > HttpRule.MaximumUserPriority && router.Provider != InternalConfiguration.Provider)
        {
            told.Add(_faults.Describe(
                "EG-ROUTER-PRIORITY", "priority",
                $"the router priority {config.Priority} exceeds the max user-defined priority {HttpRule.MaximumUserPriority}"));
        }

        if (!HttpRule.TryCompile(config.Rule ?? "", config.RuleSyntax ?? "", out var rule, out var ruleFault))
        {
            told.Add(_faults.Describe(config.Rule ?? "", ruleFault));
        }

        // 4
        _wishes.AddRange(CertificateWishes.Of(config, rule));
        var tlsName = TlsOptionsCompiler.Qualify(config.Tls?.Options, router.Provider);
        if (config.Tls is not null)
        {
            UseTls(name, tlsName, served, rule, told);
        }

        // 5
        var missing = new List<string>();
        var chain = around.Middlewares.Resolve(config.Middlewares, router.Provider, name, FindService, _middlewares, missing);
        told.AddRange(missing.Select(text => _faults.Describe("EG-ROUTER-MIDDLEWARE", "middlewares", text)));

        // 6
        var service = layer is { Children.Length: > 0 } ? Children(layer, name, told) : Service(config, told);
        var usable = told.Count == before && rule is not null && service is not null;

        // 7
        warned |= Doubt(config, rule, told);

        // 8
        if (usable)
        {
            var pipeline = RequestPipeline.Build(chain, service!);
            foreach (var entryPoint in served)
            {
                _models.Add((entryPoint, Model()));
            }

            _child = IsChild ? Model() : null;

            HttpRouterModel Model() => new()
            {
                // Mostly router and service are called the same, and one text is enough for both.
                Name = service is LoadBalancedService { Name: var same } && same == name ? same : name,
                Config = config,
                Rule = new CompiledRule(rule!),
                Priority = priority,
                TlsOptions = tlsName,
                ProviderRank = around.Options.RankOf(router.Provider),
                Pipeline = pipeline,
            };
        }

        // 9
        Report(name, config, priority, !usable ? ElementStatus.Disabled : warned ? ElementStatus.Warning : ElementStatus.Enabled, told, served);
    }

    private void Report(string name, HttpRouterConfig config, long priority, ElementStatus status, List<string> told, ConfigList<string> served) =>
        _reports.Add(new(
            name, router.Provider, ShownRouter.Of(config, router.Provider, priority, layer?.Place), status, told.Distinct(StringComparer.Ordinal).ToConfigList(),
            served, ShownRouter.Service(config, router.Provider)?.ToString() ?? "")
        {
            Places = _faults.Places,
        });

    // The entry points of the router that exist; the others are a warning, and an error when there is none left (dynamic-config §6.1).
    private ConfigList<string> Served(HttpRouterConfig config, List<string> told)
    {
        var known = new List<string>(config.EntryPoints.Count);
        foreach (var entryPoint in config.EntryPoints)
        {
            if (around.Options.EntryPoints.Contains(entryPoint))
            {
                known.Add(entryPoint);
                continue;
            }

            var hint = around.Hints.Of(entryPoint, around.Options.EntryPoints) is { } near ? $"; did you mean \"{near}\"?" : "";
            told.Add(_faults.Describe("EG-ROUTER-ENTRYPOINT", "entrypoints", $"entryPoint \"{entryPoint}\" doesn't exist{hint}"));
        }

        if (known.Count == 0)
        {
            told.Add(_faults.Describe("EG-ROUTER-ENTRYPOINT", "entrypoints", "no valid entryPoint for this router"));
        }

        return known.Count == config.EntryPoints.Count ? config.EntryPoints : known.ToConfigList();
    }

    private void TellPlace(List<string> told, bool warnings)
    {
        foreach (var fault in layer?.Place.Faults ?? ConfigList<RouterPlaceFault>.Empty)
        {
            if (fault.IsWarning == warnings)
            {
                told.Add(_faults.Describe(fault.Code, fault.Option, fault.Text));
            }
        }
    }

    private void UseTls(string name, string options, ConfigList<string> served, HttpRule? rule, List<string> told)
    {
        if (options == TlsOptionsModel.DefaultName)
        {
            _defaultTlsBroken = around.TlsOptions.Default.Model is null;
            if (around.TlsOptions.Default.Error is { } fault)
            {
                told.Add(_faults.Describe("EG-ROUTER-TLS", "tls.options", $"unknown TLS options: {options}: {fault}"));
            }

            return;
        }

        var set = around.TlsOptions.Find(options);
        _tlsUses.AddRange(served.Select(entryPoint => new TlsUse(entryPoint, name, options, set, rule?.Domains ?? [])));
        if (set?.Model is null)
        {
            var reason = set?.Error is { } broken ? $": {broken}" : around.DidYouMeanOptions(QualifiedName.Resolve(options, router.Provider));
            told.Add(_faults.Describe("EG-ROUTER-TLS", "tls.options", $"unknown TLS options: {options}{reason}"));
        }
    }

    private ChildRouters? Children(RouterLayer below, string name, List<string> told)
    {
        if (Array.Exists(below.Children, static child => child.Child is not null))
        {
            return new($"{name}-muxer", below.Below, around.Options.Time);
        }

        told.Add(_faults.Describe("EG-ROUTER-PARENT", "", $"no child routers could be added to muxer ({below.Children.Length} skipped)"));
        return null;
    }

    private HttpServiceModel? Service(HttpRouterConfig config, List<string> told)
    {
        if (ShownRouter.Service(config, router.Provider) is not { } wanted)
        {
            // A child without one is at fault already.
            if (!IsChild)
            {
                told.Add(_faults.Describe("EG-ROUTER-SERVICE", "", "the service is missing on the router"));
            }

            return null;
        }

        var (service, fault) = FindService(wanted);
        if (fault is not null)
        {
            told.Add(_faults.Describe("EG-ROUTER-SERVICE", "service", fault));
        }

        return service;
    }

    private (HttpServiceModel?, string?) FindService(QualifiedName wanted)
    {
        var found = around.Services.Find(wanted);
        _services.Add((wanted, found));
        return found is null ? (null, $"the service \"{wanted}\" does not exist{around.Services.DidYouMean(wanted)}") : (found.Model, found.Error);
    }

    private bool Doubt(HttpRouterConfig config, HttpRule? rule, List<string> told)
    {
        var before = told.Count;
        told.AddRange((rule?.Doubts ?? []).Select(doubt => _faults.Describe("EG-RULE-TEMPLATE", "rule", doubt)));

        // As in Traefik such a router works, with whatever certificate there is.
        if (config.Tls?.CertResolver is { Length: > 0 } resolver && around.Options.Resolvers is { } resolvers && !resolvers.Contains(resolver))
        {
            var hint = around.Hints.Of(resolver, resolvers) is { } near ? $"; did you mean \"{near}\"?"
                : resolvers.Count == 0 ? "; none is configured (certificatesResolvers.<name>.tailscale=true)"
                : $"; there is {string.Join(", ", resolvers)}";
            told.Add(_faults.Describe("EG-ROUTER-RESOLVER", "tls.certresolver", $"Router uses a nonexistent certificate resolver \"{resolver}\"{hint}"));
        }

        return told.Count > before;
    }
}
