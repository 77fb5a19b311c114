using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// A place that stands in what is said about a router. The router is kept while it stays as it is, but the allocation in which its tag was
/// found goes: whoever asks later is told the one that is there then.
/// </summary>
/// <param name="Provider">Provider of the router.</param>
/// <param name="Kind">Kind of router, such as <c>http.routers</c>.</param>
/// <param name="Name">Its name as configured.</param>
/// <param name="Option">The option in which the fault stands.</param>
/// <param name="Place">The place when the fault was found.</param>
internal sealed record LocatedFault(string Provider, string Kind, string Name, string Option, string Place)
{
    /// <summary>The same texts with the places of now.</summary>
    public static ConfigList<string> Refresh(ConfigList<string> texts, IReadOnlyList<LocatedFault> places, IReadOnlyList<ProviderMessage> messages)
    {
        foreach (var fault in places)
        {
            var originOf = messages.FirstOrDefault(message => message.Provider == fault.Provider)?.OriginOf;
            if (originOf?.Invoke(fault.Kind, fault.Name, fault.Option)?.Text is { } now && now != fault.Place)
            {
                texts = texts.Select(text => text.Replace($"({fault.Place})", $"({now})", StringComparison.Ordinal)).ToConfigList();
            }
        }

        return texts;
    }
}
