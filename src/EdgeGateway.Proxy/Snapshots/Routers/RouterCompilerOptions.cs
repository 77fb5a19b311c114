using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>What routers are compiled against: fixed while the gateway runs.</summary>
/// <param name="EntryPoints">Names of the TCP entry points.</param>
/// <param name="DefaultEntryPoints">Those of a router that names none (dynamic-config §6.1).</param>
/// <param name="Models">Entry-point defaults by entry point.</param>
internal sealed record RouterCompilerOptions(
    IReadOnlySet<string> EntryPoints, ConfigList<string> DefaultEntryPoints, IReadOnlyDictionary<string, EntryPointModel> Models)
{
    /// <summary>Names of the certificate resolvers; null = not checked.</summary>
    public IReadOnlyList<string>? Resolvers { get; init; }

    /// <summary><c>providers.precedence</c>: at equal priority the earlier wins; those not in it rank last (dynamic-config §4.5).</summary>
    public IReadOnlyList<string> Precedence { get; init; } = [];

    /// <summary>Clock of the requests.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Rank of a provider; lower wins.</summary>
    internal int RankOf(string provider)
    {
        for (var i = 0; i < Precedence.Count; i++)
        {
            if (Precedence[i].Equals(provider, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return int.MaxValue;
    }
}
