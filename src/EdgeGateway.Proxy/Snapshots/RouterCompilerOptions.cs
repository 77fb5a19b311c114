using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>What routers are compiled against: fixed while the gateway runs.</summary>
/// <param name="EntryPoints">Names of the TCP entry points.</param>
/// <param name="DefaultEntryPoints">Those of a router that names none (dynamic-config §6.1).</param>
/// <param name="Models">Entry-point defaults by entry point.</param>
internal sealed record RouterCompilerOptions(
    IReadOnlySet<string> EntryPoints, ConfigList<string> DefaultEntryPoints, IReadOnlyDictionary<string, EntryPointModel> Models);
