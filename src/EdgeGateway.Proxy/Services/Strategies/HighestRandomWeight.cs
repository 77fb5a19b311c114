using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Services.Strategies;

/// <summary>Rendezvous hashing as Traefik's <c>hrw</c> (runtime-behaviour §3.1): a client address always gets the same choice while that is there.</summary>
internal static class HighestRandomWeight
{
    private const double Range = 18446744073709551616.0; // 2^64

    /// <summary>Hash of a client, to be continued with each choice.</summary>
    public static ulong Of(string client) => FowlerNollVo.Continue1A(FowlerNollVo.Offset, client);

    /// <summary>The score of a choice for a client; the highest wins.</summary>
    /// <param name="client">From <see cref="Of"/>.</param>
    /// <param name="name">URL of a server, name of a service.</param>
    /// <param name="weight">Its weight.</param>
    public static double Score(ulong client, string name, long weight) =>
        weight / -Math.Log(FowlerNollVo.Continue1A(client, name) / Range);
}
