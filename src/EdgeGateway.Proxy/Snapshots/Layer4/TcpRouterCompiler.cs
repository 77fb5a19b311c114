using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Tls.Options;
using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Syntax;
using EdgeGateway.Rules.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>Compiles TCP routers: entry points, rule, TLS, middlewares, service (dynamic-config §4.3, 4.5, 6.1, 6.6).</summary>
internal sealed class TcpRouterCompiler(RouterEntryPoints entryPoints, TlsOptionsCompiler tlsOptions)
{
    private readonly ConcurrentDictionary<string, TlsOptionsEntry> _unknown = new(StringComparer.Ordinal);
    private Dictionary<QualifiedName, CompiledTcpRouter> _compiled = [];

    /// <summary><c>core.defaultRuleSyntax</c>: of routers that name none; null = v3 (dynamic-config §3.4).</summary>
    public string? DefaultRuleSyntax { get; init; }

    /// <summary>Compiles what changed and keeps the rest.</summary>
    public (int Compiled, int Reused) Update(
        IReadOnlyList<ProviderMessage> messages, TcpServiceCompiler services, TcpMiddlewareCompiler middlewares)
    {
        var (compiled, reused) = (0, 0);
        var next = new Dictionary<QualifiedName, CompiledTcpRouter>();
        foreach (var message in messages)
        {
            foreach (var (name, config) in message.Configuration.Tcp.Routers.AsSpan())
            {
                var qualified = new QualifiedName(name, message.Provider);
                if (_compiled.TryGetValue(qualified, out var before) && before.IsCurrent(config, services, middlewares)
                    && ReferenceEquals(before.TlsOptions, TlsOptions(config, message.Provider)))
                {
                    next.Add(qualified, before);
                    reused++;
                    continue;
                }

                next.Add(qualified, Compile(qualified, new RouterFaults(name, message, "tcp.routers"), config, services, middlewares));
                compiled++;
            }
        }

        _compiled = next;
        return (compiled, reused);
    }

    /// <summary>Every router that serves connections, by entry point.</summary>
    public IEnumerable<(string EntryPoint, TcpRouterModel Model)> Models() =>
        _compiled.Values.Where(static r => r.Model is not null).SelectMany(static r => r.Report.Using.Select(e => (e, r.Model!)));

    /// <summary>What is said about every router.</summary>
    public TcpRouterReport[] Reports() => [.. _compiled.Values.Select(static r => r.Report)];

    private CompiledTcpRouter Compile(
        QualifiedName name, RouterFaults faults, TcpRouterConfig config, TcpServiceCompiler services, TcpMiddlewareCompiler middlewares)
    {
        var errors = new List<string>();
        var usable = entryPoints.Resolve(config.EntryPoints, errors, out var served);
        var warnings = errors.Count;
        var rule = Rule(name, faults, config, errors);
        var used = new List<(QualifiedName, TcpMiddlewareEntry?)>();
        var chain = middlewares.Resolve(config.Middlewares, name.Provider, used, errors);

        // Broken options close the connections of the rule rather than serving them with others (dynamic-config §6.6).
        var tls = TlsOptions(config, name.Provider);
        var broken = tls.Error;
        (QualifiedName Name, Layer4ServiceEntry<TcpServiceConfig, TcpServiceModel>? Entry)? service = null;
        if (string.IsNullOrEmpty(config.Service))
        {
            errors.Add("the service is missing on the router");
        }
        else
        {
            var serviceName = QualifiedName.Resolve(config.Service, name.Provider);
            var entry = services.Find(serviceName);
            service = (serviceName, entry);
            if (entry?.Model is null)
            {
                errors.Add(entry?.Error ?? $"the service \"{serviceName}\" does not exist{services.DidYouMean(serviceName)}");
            }
        }

        usable &= errors.Count == warnings;
        if (broken is not null)
        {
            errors.Add(broken);
        }

        var priority = config.Priority != 0 ? config.Priority : TcpRule.PriorityOf(config.Rule ?? "");
        return new()
        {
            Source = config,
            TlsOptions = tls,
            Service = service,
            Middlewares = [.. used],
            Model = !usable ? null : new()
            {
                Name = name.ToString(),
                Config = config,
                Rule = rule!,
                Priority = priority,
                Middlewares = chain,
                TlsOptions = tls,
                Service = service!.Value.Entry!.Model!,
            },
            Report = new(
                name.ToString(), name.Provider,
                config with
                {
                    EntryPoints = config.EntryPoints.Count == 0 ? served : config.EntryPoints,
                    Middlewares = config.Middlewares.Select(m => QualifiedName.Resolve(m, name.Provider).ToString()).ToConfigList(),
                    Priority = priority,
                    RuleSyntax = string.IsNullOrEmpty(config.RuleSyntax) ? DefaultRuleSyntax : config.RuleSyntax,
                },
                !usable || broken is not null ? ElementStatus.Disabled : warnings > 0 ? ElementStatus.Warning : ElementStatus.Enabled,
                errors.Select(faults.Locate).ToConfigList(), served, service?.Name.ToString() ?? "")
            {
                Places = faults.Places,
            },
        };
    }

    private TlsOptionsEntry TlsOptions(TcpRouterConfig config, string provider)
    {
        if (config.Tls is not { Passthrough: false })
        {
            return TlsOptionsEntry.BuiltIn;
        }

        var name = TlsOptionsCompiler.Qualify(config.Tls.Options, provider);
        return tlsOptions.Find(name) ?? _unknown.GetOrAdd(name, static n => new(n, new(), null, $"unknown TLS options: {n}"));
    }

    private TcpRule? Rule(QualifiedName name, RouterFaults faults, TcpRouterConfig config, List<string> errors)
    {
        if (config.Priority > HttpRule.MaximumUserPriority && name.Provider != InternalConfiguration.Provider)
        {
            errors.Add($"the router priority {config.Priority} exceeds the max user-defined priority {HttpRule.MaximumUserPriority}");
        }

        if (string.IsNullOrEmpty(config.Rule))
        {
            errors.Add("router has no rule");
            return null;
        }

        try
        {
            var rule = TcpRule.Parse(config.Rule, string.IsNullOrEmpty(config.RuleSyntax) ? DefaultRuleSyntax ?? "" : config.RuleSyntax);
            if (config.Tls is null && rule.ServerNames is [not "*", ..])
            {
                errors.Add($"invalid rule: \"{config.Rule}\" , has HostSNI matcher, but no TLS on router");
            }

            return rule;
        }
        catch (RuleException e)
        {
            errors.Add(faults.Describe(config.Rule, e));
            return null;
        }
    }
}
