using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Provider;
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
            .. configuration.Providers.Nomad is { } nomad ? [Nomad(nomad, loggers, time)] : Array.Empty<IConfigurationProvider>(),
        ];

    private static NomadProvider Nomad(NomadConfig config, ILoggerFactory loggers, TimeProvider time)
    {
        var space = config.Namespaces.Count == 1 ? config.Namespaces[0] : null;
        var name = space is null ? "nomad" : $"nomad-{space}";
        var options = NomadEnvironment.Apply(
            new NomadProviderOptions
            {
                Name = name,
                Token = config.Endpoint.Token,
                Region = config.Endpoint.Region,
                Namespace = space,
                Stale = config.Stale,
                Watch = config.Watch,
                RefreshInterval = config.RefreshInterval,
                ThrottleDuration = config.ThrottleDuration,
                EndpointWaitTime = config.Endpoint.EndpointWaitTime > TimeSpan.Zero ? config.Endpoint.EndpointWaitTime : null,
                Tls = config.Endpoint.Tls is { } tls
                    ? new() { Ca = tls.Ca, Cert = tls.Cert, Key = tls.Key, InsecureSkipVerify = tls.InsecureSkipVerify }
                    : null,
            },
            config.Endpoint.Address, Environment.GetEnvironmentVariable, File.Exists);
        var mapper = new InstanceMapper(new()
        {
            Prefix = config.Prefix ?? "",
            ExposedByDefault = config.ExposedByDefault,
            DefaultRule = config.DefaultRule ?? "",
            Constraints = config.Constraints ?? "",
            OwnJobId = Environment.GetEnvironmentVariable("NOMAD_JOB_ID"),
        });
        return new NomadProvider(
            options,
            instances =>
            {
                var mapping = mapper.Map(instances);
                return new ProviderMessage(name, mapping.Configuration, mapping.Problems);
            },
            time, loggers.CreateLogger<NomadProvider>());
    }
}
