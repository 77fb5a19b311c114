using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One complete answer of a provider. A later one replaces it; unchanged elements keep their objects (design decision 11).</summary>
/// <param name="Provider">Provider name that qualifies every element, such as <c>nomad</c> or <c>file</c>.</param>
/// <param name="Configuration">The whole configuration of that provider, with unqualified names.</param>
/// <param name="Problems">What the provider could not use, with its place.</param>
public sealed record ProviderMessage(string Provider, DynamicConfiguration Configuration, ConfigList<ConfigurationProblem> Problems)
{
    /// <summary>
    /// Tells where an element was written: kind (<c>http.routers</c>), name, and option (<c>rule</c>) or empty for the element itself. Null,
    /// or a null answer, when nobody knows. Asked for elements in which something is wrong; may be called from any thread.
    /// </summary>
    public Func<string, string, string, ElementOrigin?>? OriginOf { get; init; }

    /// <summary>The change that made the message; null when the provider does not follow its source change by change.</summary>
    public ProviderChange? Change { get; init; }
}

/// <summary>A source of dynamic configuration that runs as long as the gateway.</summary>
public interface IConfigurationProvider
{
    /// <summary>Provider name, such as <c>nomad</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Runs until cancelled. Publishes a message at the first answer and at each change; a fault never ends it, the last
    /// good answer stays in force. <paramref name="publish"/> returns at once.
    /// </summary>
    Task RunAsync(Action<ProviderMessage> publish, CancellationToken cancellation);

    /// <summary>Completes when the provider has answered or failed for the first time: the gateway then opens its entry points.</summary>
    Task FirstAnswer { get; }
}
