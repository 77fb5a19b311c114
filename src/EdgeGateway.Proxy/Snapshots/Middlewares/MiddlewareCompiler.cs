using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Snapshots.Middlewares;

/// <summary>Knows every middleware and makes the chain of a router: references resolved, chains flattened, cycles refused.</summary>
internal sealed class MiddlewareCompiler(MiddlewareFactory factory)
{
    private readonly CompiledElements<MiddlewareConfig, MiddlewareEntry> _elements = new(static configuration => configuration.Http.Middlewares);
    private readonly ReferenceHints _hints = new();

    /// <summary>Takes up what the providers say; unchanged middlewares keep their entry.</summary>
    /// <returns>True when an entry came, went or was replaced.</returns>
    public bool Update(IReadOnlyList<ProviderMessage> messages)
    {
        _hints.Begin();
        var changes = _elements.Update(messages, static (provider, name, config, before) =>
            before is not null && before.Config.Equals(config) ? before : new(new(name, provider), config));
        foreach (var entry in changes.Removed)
        {
            entry.IsReplaced = true;
        }

        return !changes.IsEmpty;
    }

    /// <summary>The middleware of that name, or null.</summary>
    public MiddlewareEntry? Find(QualifiedName name) => _elements.Find(name);

    /// <summary>What is said about every middleware as it is now, put together when it is walked.</summary>
    public IEnumerable<MiddlewareReport> Reports()
    {
        var parts = _elements.Parts;
        return parts.SelectMany(static part => part.Entries).Select(static e => new MiddlewareReport(
            e.Name.ToString(), e.Name.Provider, Shown(e),
            e.Error is null ? ElementStatus.Enabled : ElementStatus.Disabled,
            e.Error is null ? ConfigList<string>.Empty : [e.Error]));
    }

    // As the API shows it: the members of a chain qualified.
    private static MiddlewareConfig Shown(MiddlewareEntry entry) => entry.Config.Chain is not { } chain
        ? entry.Config
        : entry.Config with
        {
            Chain = chain with { Middlewares = chain.Middlewares.Select(m => QualifiedName.Resolve(m, entry.Name.Provider).ToString()).ToConfigList() },
        };

    /// <summary>The chain of a router, outermost first. Errors disable the router; what was looked up is added to <paramref name="used"/>.</summary>
    /// <param name="references">Names as written.</param>
    /// <param name="provider">Provider of names without one.</param>
    /// <param name="router">Whose use of the middlewares it is.</param>
    /// <param name="services">Finds a service that a middleware names, and notes that it is used.</param>
    /// <param name="used">Gets what was looked up.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public List<MiddlewareModel> Resolve(
        ConfigList<string> references, string provider, string router, Func<QualifiedName, (HttpServiceModel?, string?)> services,
        List<(QualifiedName, MiddlewareEntry?)> used, List<string> errors)
    {
        var chain = new List<MiddlewareModel>();
        foreach (var reference in references)
        {
            Add(QualifiedName.Resolve(reference, provider), router, services, chain, used, errors, []);
        }

        return chain;
    }

    private void Add(
        QualifiedName name, string router, Func<QualifiedName, (HttpServiceModel?, string?)> services, List<MiddlewareModel> chain,
        List<(QualifiedName, MiddlewareEntry?)> used, List<string> errors, List<QualifiedName> open)
    {
        var entry = Find(name);
        used.Add((name, entry));
        if (entry is null)
        {
            errors.Add($"middleware \"{name}\" does not exist{_hints.For(name, _elements.Parts)}");
            return;
        }

        if (open.Contains(name))
        {
            errors.Add($"could not instantiate middleware {name}: recursion detected in {string.Join("->", open.Append(name))}");
            return;
        }

        if (entry.Config.Chain is { } members)
        {
            open.Add(name);
            foreach (var member in members.Middlewares)
            {
                Add(QualifiedName.Resolve(member, name.Provider), router, services, chain, used, errors, open);
            }

            open.RemoveAt(open.Count - 1);
            return;
        }

        if (factory.TryCreate(name.ToString(), entry.Config, router, out var model, out var error, Lookup))
        {
            // A service that it names may have been missing before.
            entry.Error = null;
            chain.Add(model);
            return;
        }

        entry.Error = error;
        errors.Add(error);

        HttpServiceModel? Lookup(string reference, out string? fault)
        {
            (var service, fault) = services(QualifiedName.Resolve(reference, name.Provider));
            return service;
        }
    }
}
