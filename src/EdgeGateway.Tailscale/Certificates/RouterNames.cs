namespace EdgeGateway.Tailscale.Certificates;

/// <summary>What a router says about its certificate.</summary>
/// <param name="Resolver">Effective <c>tls.certResolver</c> (its own or its entry point's), or null.</param>
/// <param name="DomainMains"><c>main</c> of each <c>tls.domains</c> entry.</param>
/// <param name="RuleHosts">Literals of the rule's <c>Host</c> or <c>HostSNI</c> matchers, in order.</param>
public readonly record struct RouterNames(string? Resolver, IReadOnlyList<string> DomainMains, IReadOnlyList<string> RuleHosts);
