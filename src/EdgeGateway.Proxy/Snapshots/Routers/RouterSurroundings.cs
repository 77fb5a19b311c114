using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>What routers are compiled against in one update.</summary>
/// <param name="Options">What is fixed while the gateway runs.</param>
/// <param name="Messages">The latest message of each provider.</param>
/// <param name="Services">The services, up to date.</param>
/// <param name="Middlewares">The middlewares, up to date.</param>
/// <param name="TlsOptions">The sets of TLS options, up to date.</param>
/// <param name="Hints">Finds what was probably meant.</param>
internal sealed record RouterSurroundings(
    RouterCompilerOptions Options, IReadOnlyList<ProviderMessage> Messages, ServiceCompiler Services, MiddlewareCompiler Middlewares,
    TlsOptionsCompiler TlsOptions, ReferenceHints Hints)
{
    /// <summary>Whether all that a router refers to is what it was made with.</summary>
    public bool IsCurrent(CompiledRouter router) => router.IsCurrent(Services, Middlewares, TlsOptions);

    /// <summary>The message of a provider.</summary>
    public ProviderMessage MessageOf(string provider) => Messages.First(message => message.Provider == provider);

    /// <summary>
    /// The routers that one becomes. Entry points that do not exist have no defaults to give: the router keeps them, and the API shows them as
    /// written.
    /// </summary>
    public IEnumerable<(string Name, HttpRouterConfig Config)> Made(string name, HttpRouterConfig source)
    {
        var wanted = source.EntryPoints.Count == 0 ? Options.DefaultEntryPoints : source.EntryPoints;
        return wanted.Count == 0 ? [(name, source)] : EntryPointModel.Apply(name, source, wanted, Options.Models);
    }

    /// <summary>What the name of a router that does not exist was probably meant to be.</summary>
    public string DidYouMeanRouter(QualifiedName wanted) => Hints.For(
        wanted, [.. Messages.SelectMany(static message => message.Configuration.Http.Routers.Keys.Select(name => new QualifiedName(name, message.Provider)))]);

    /// <summary>What the name of a set of TLS options that does not exist was probably meant to be.</summary>
    public string DidYouMeanOptions(QualifiedName wanted)
    {
        foreach (var message in Messages)
        {
            if (message.Provider != wanted.Provider && message.Configuration.Tls.Options.ContainsKey(wanted.Name))
            {
                return $"; did you mean \"{wanted.Name}@{message.Provider}\"?";
            }
        }

        var own = Messages.FirstOrDefault(message => message.Provider == wanted.Provider)?.Configuration.Tls.Options.Keys ?? [];
        return Hints.Of(wanted.Name, own) is { } near ? $"; did you mean \"{near}@{wanted.Provider}\"?" : "";
    }
}
