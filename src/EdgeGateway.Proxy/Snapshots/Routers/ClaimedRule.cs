using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>A rule that routers of two jobs claim, in words.</summary>
internal static class ClaimedRule
{
    /// <summary>Null when all of the routers are of one job, as the implied routers of canaries are: they have the rule of the stable ones on purpose.</summary>
    /// <param name="kind">Kind of router, such as <c>http.routers</c>.</param>
    /// <param name="subject">What they claim.</param>
    /// <param name="entryPoint">The entry point on which they do.</param>
    /// <param name="routers">Qualified names, the one that gets the requests first.</param>
    /// <param name="messages">Who knows where they were written.</param>
    public static IdleRouters? Describe(string kind, string subject, string entryPoint, IReadOnlyList<string> routers, IReadOnlyList<ProviderMessage> messages)
    {
        var origins = routers.Select(router => Origin(kind, router, entryPoint, messages)).ToArray();
        var second = Array.FindIndex(origins, origin => origin?.Job != origins[0]?.Job);
        if (second < 0)
        {
            return null;
        }

        var others = routers.Count > 2 ? $" and {routers.Count - 2} more" : "";
        return new(
            new(
                "EG-ROUTER-CLAIM", ProblemSeverity.Warning, new($"{origins[0]?.Text ?? routers[0]}; {origins[second]?.Text ?? routers[second]}"),
                $"{subject} is claimed by router {Named(0)} and router {Named(second)}{others} with equal priority; "
                + $"{routers[0]} gets the requests, its name comes first. Give one of them another host, path or priority"),
            [.. routers.Skip(1)]);

        string Named(int at) => origins[at] is { } origin ? $"{routers[at]} of job {origin.Job}" : routers[at];
    }

    /// <summary>Where a router was written; null when nobody knows.</summary>
    public static ElementOrigin? Origin(string kind, string qualified, string entryPoint, IReadOnlyList<ProviderMessage> messages)
    {
        var at = qualified.LastIndexOf('@');
        var (name, provider) = (qualified[..at], qualified[(at + 1)..]);
        var originOf = messages.FirstOrDefault(message => message.Provider == provider)?.OriginOf;
        // A router on several entry points may have been split (dynamic-config §3.4).
        return originOf?.Invoke(kind, name, "rule")
            ?? (name.StartsWith($"{entryPoint}-", StringComparison.Ordinal) ? originOf?.Invoke(kind, name[(entryPoint.Length + 1)..], "rule") : null);
    }
}
