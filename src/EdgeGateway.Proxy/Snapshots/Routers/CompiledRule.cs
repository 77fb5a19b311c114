using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>A rule of the rule language, as routing takes it.</summary>
internal sealed class CompiledRule(HttpRule rule) : RouteRule
{
    public override IReadOnlyList<string>? Hosts => rule.Hosts;

    public override IReadOnlyList<string> Domains => rule.Domains;

    public override IReadOnlyList<PathKey>? Paths => rule.Keys.Paths;

    public override IReadOnlyList<RequestSign>? Signs => rule.Keys.Signs;

    public override bool Matches(HttpRequestView request) => rule.Matches(request);
}
