using EdgeGateway.Proxy.Tls.Options;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>A router that wants TLS options other than the default, on one entry point.</summary>
/// <param name="EntryPoint">The entry point.</param>
/// <param name="Router">Qualified name of the router.</param>
/// <param name="Options">Qualified name of the set.</param>
/// <param name="Entry">The set when the router was compiled; null = there was none of that name.</param>
/// <param name="Hosts">Names that its rule speaks of; empty = options cannot be applied (dynamic-config §6.3).</param>
internal sealed record TlsUse(string EntryPoint, string Router, string Options, TlsOptionsEntry? Entry, IReadOnlyList<string> Hosts);
