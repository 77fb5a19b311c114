using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Composite;
using EdgeGateway.Proxy.Snapshots.Middlewares;

namespace EdgeGateway.Proxy.Snapshots.Services;

/// <summary>
/// Puts services together that refer to other services or to middlewares, once all of them are known. Those that do are few: only they
/// are looked at when something changed.
/// </summary>
internal sealed class ServiceLinker(ServiceCompiler services, MiddlewareCompiler middlewares, CompositeFactory factory)
{
    private readonly HashSet<ServiceEntry> _linked = [];

    /// <summary>Takes up entries that came and went.</summary>
    public void Note(CompiledElements<Configuration.Dynamic.HttpServiceConfig, ServiceEntry>.Changes changes)
    {
        foreach (var entry in changes.Removed)
        {
            _linked.Remove(entry);
        }

        _linked.UnionWith(changes.Added.Where(static entry => entry.Links is not null));
    }

    /// <summary>Entries that must be made anew because something that they were made with is another.</summary>
    public HashSet<ServiceEntry> Stale()
    {
        var stale = new HashSet<ServiceEntry>();
        bool more;
        do
        {
            more = false;
            foreach (var entry in _linked)
            {
                if (!stale.Contains(entry) && !entry.Links!.AreCurrent(services, middlewares, stale))
                {
                    more = stale.Add(entry);
                }
            }
        }
        while (more);
        return stale;
    }

    /// <summary>Makes what is not made yet.</summary>
    public void Link()
    {
        foreach (var entry in _linked)
        {
            Link(entry, []);
        }
    }

    private void Link(ServiceEntry entry, List<QualifiedName> open)
    {
        var links = entry.Links!;
        if (links.IsLinked)
        {
            return;
        }

        open.Add(entry.Name);
        var before = links.Before;
        var references = CompositeFactory.ReferencesOf(entry.Config);
        var members = new HttpServiceModel[references.Count];
        links.Services = new (QualifiedName, ServiceEntry?)[references.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var name = QualifiedName.Resolve(references[i], entry.Name.Provider);
            var member = services.Find(name);
            links.Services[i] = (name, member);
            members[i] = ModelOf(name, member, open, out var fault)!;
            entry.Error ??= fault;
        }

        var model = entry.Model;
        if (entry.Error is null && model is null && !factory.TryCreate(entry.Name.ToString(), entry.Config, members, before, out model, out var error))
        {
            entry.Error = error;
        }

        var chain = WithMiddlewares(entry, links, open);
        open.RemoveAt(open.Count - 1);
        links.Before = null;
        links.IsLinked = true;
        entry.Model = entry.Error is not null ? null : chain.Count > 0 ? new ServiceWithMiddlewares(model!, chain) : model;
    }

    private HttpServiceModel? ModelOf(QualifiedName name, ServiceEntry? member, List<QualifiedName> open, out string? fault)
    {
        if (member is null)
        {
            fault = $"the service \"{name}\" does not exist{services.DidYouMean(name)}";
            return null;
        }

        if (open.Contains(name))
        {
            fault = $"could not instantiate service {name}: recursion detected in {string.Join("->", open.Append(name).Select(static n => "service:" + n))}";
            return null;
        }

        if (member.Links is not null)
        {
            Link(member, open);
        }

        fault = member.Error;
        return member.Model;
    }

    private List<MiddlewareModel> WithMiddlewares(ServiceEntry entry, ServiceLinks links, List<QualifiedName> open)
    {
        var errors = new List<string>();
        (HttpServiceModel?, string?) Find(QualifiedName name)
        {
            var member = services.Find(name);
            links.Services = [.. links.Services, (name, member)];
            return (ModelOf(name, member, open, out var fault), fault);
        }

        // What middlewares count belongs to this use of them, as with a router.
        var chain = middlewares.Resolve(entry.Config.Middlewares, entry.Name.Provider, $"service {entry.Name}", Find, links.Middlewares, errors);
        entry.Error ??= errors.FirstOrDefault();
        return chain;
    }
}
