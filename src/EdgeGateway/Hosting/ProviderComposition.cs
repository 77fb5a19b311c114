using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Provider;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Nomad;
using EdgeGateway.Nomad.Mapping;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Hosting;

/// <summary>Makes the providers that the static configuration names.</summary>
internal static class ProviderComposition
{
    public static IReadOnlyList<IConfigurationProvider> Create(StaticConfiguration configuration, ILoggerFactory loggers, TimeProvider time) =>
        [
            .. configuration.Providers.File is { } file ? [new FileProvider(file, RegexFunctions.All, time, loggers.CreateLogger<FileProvider>())] : Array.Empty<IConfigurationProvider>(),
            .. configuration.Providers.Nomad is { } nomad ? Nomad(nomad, configuration.Edge, loggers.CreateLogger<NomadProvider>(), time) : [],
        ];

    private static IEnumerable<IConfigurationProvider> Nomad(NomadConfig config, EdgeConfig edge, ILogger logger, TimeProvider time)
    {
        var options = NomadEnvironment.Apply(
            new NomadProviderOptions
            {
                Token = config.Endpoint.Token,
                Region = config.Endpoint.Region,
                Stale = config.Stale,
                Watch = config.Watch,
                RefreshInterval = config.RefreshInterval,
                ThrottleDuration = config.ThrottleDuration,
                AllowEmptyServices = config.AllowEmptyServices,
                EndpointWaitTime = config.Endpoint.EndpointWaitTime > TimeSpan.Zero ? config.Endpoint.EndpointWaitTime : null,
                Tls = config.Endpoint.Tls is { } tls
                    ? new() { Ca = tls.Ca, Cert = tls.Cert, Key = tls.Key, InsecureSkipVerify = tls.InsecureSkipVerify }
                    : null,
            },
            config.Endpoint.Address, Environment.GetEnvironmentVariable, File.Exists);
        var mapping = new InstanceMapperOptions
        {
            Prefix = config.Prefix ?? "",
            ExposedByDefault = config.ExposedByDefault,
            DefaultRule = config.DefaultRule ?? "",
            Constraints = config.Constraints ?? "",
            AllowEmptyServices = config.AllowEmptyServices,
            LastInstanceGrace = edge.LastInstanceGrace,
            InsecureSkipVerifyFromTags = edge.Policy.InsecureSkipVerifyFromTags,
            OwnJobId = Environment.GetEnvironmentVariable("NOMAD_JOB_ID"),
        };
        ConfigurationProblem? problem = null;
        try
        {
            _ = new InstanceMapper(mapping);
        }
        catch (ConfigurationException fault)
        {
            problem = fault.Problem;
        }

        if (problem is not null)
        {
            return NomadProviderNames.For(config.Namespaces).Distinct().Select(space => new BrokenProvider(space.Name, problem));
        }

        return config.Namespaces.Contains("*")
            ? [new NomadNamespaces(options, space => Provider(options, mapping, NomadProviderNames.For([space])[0], logger, time), time, logger)]
            : NomadProviderNames.For(config.Namespaces).Distinct().Select(space => Provider(options, mapping, space, logger, time));
    }

    private static NomadProvider Provider(
        NomadProviderOptions options, InstanceMapperOptions mapping, (string Name, string? Namespace) space, ILogger logger, TimeProvider time)
    {
        var mapper = new InstanceMapper(mapping with { Provider = space.Name }, time);
        return new NomadProvider(
            options with { Name = space.Name, Namespace = space.Namespace },
            instances => mapper.Map(instances).ToMessage(space.Name), time, logger, () => mapper.Due);
    }
}
