using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Services;
using EdgeGateway.Proxy.Snapshots.Tls;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>What one configured router became, with all it was made from: it is reused while every one of those is the same object.</summary>
internal class CompiledRouter
{
    public CompiledRouter()
    {
    }

    /// <summary>Takes over what another is.</summary>
    [SetsRequiredMembers]
    protected CompiledRouter(CompiledRouter of)
    {
        Source = of.Source;
        Services = of.Services;
        Middlewares = of.Middlewares;
        Models = of.Models;
        Wishes = of.Wishes;
        TlsUses = of.TlsUses;
        DefaultTlsBroken = of.DefaultTlsBroken;
        Reports = of.Reports;
    }

    /// <summary>The configuration as the provider gave it.</summary>
    public required HttpRouterConfig Source { get; init; }

    /// <summary>References and the entries that they had when the router was compiled; null = did not exist.</summary>
    public required (QualifiedName Name, ServiceEntry? Entry)[] Services { get; init; }

    /// <inheritdoc cref="Services" />
    public required (QualifiedName Name, MiddlewareEntry? Entry)[] Middlewares { get; init; }

    /// <summary>The models that serve requests, one per entry point and router made from this one.</summary>
    public required (string EntryPoint, HttpRouterModel Model)[] Models { get; init; }

    /// <summary>Certificates that it wants.</summary>
    public required CertificateWish[] Wishes { get; init; }

    /// <summary>Its use of TLS options other than the default; mostly none.</summary>
    public TlsUse[] TlsUses { get; init; } = [];

    /// <summary>Whether the default TLS options were broken when it was compiled; null = it does not depend on them.</summary>
    public bool? DefaultTlsBroken { get; init; }

    /// <summary>The reports of the routers made from this one.</summary>
    public required RouterReports Reports { get; init; }

    /// <summary>Whether all that it refers to is what it was made with.</summary>
    public bool IsCurrent(ServiceCompiler services, MiddlewareCompiler middlewares, TlsOptionsCompiler tlsOptions)
    {
        if (DefaultTlsBroken is { } broken && broken != (tlsOptions.Default.Model is null))
        {
            return false;
        }

        foreach (var use in TlsUses)
        {
            if (!ReferenceEquals(tlsOptions.Find(use.Options), use.Entry))
            {
                return false;
            }
        }

        foreach (var (name, entry) in Services)
        {
            if (entry is null ? services.Find(name) is not null : entry.IsReplaced)
            {
                return false;
            }
        }

        foreach (var (name, entry) in Middlewares)
        {
            if (entry is null ? middlewares.Find(name) is not null : entry.IsReplaced)
            {
                return false;
            }
        }

        return true;
    }
}
