using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Hosting;

/// <summary>
/// Stands for a provider whose own options are wrong: it is left out, as in Traefik, and says why in log, API and dashboard. The others
/// and the gateway go on.
/// </summary>
internal sealed class BrokenProvider(string name, ConfigurationProblem problem) : IConfigurationProvider
{
    public string Name => name;

    public Task FirstAnswer => Task.CompletedTask;

    public Task RunAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        publish(new(name, DynamicConfiguration.Empty, [problem with { Message = $"the provider {name} is left out: {problem.Message}" }]));
        return Task.CompletedTask;
    }
}
