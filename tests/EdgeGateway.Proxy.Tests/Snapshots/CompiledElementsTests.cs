using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

public sealed class CompiledElementsTests
{
    [Property(MaxTest = 500)]
    public Property Every_update_gives_what_compiling_all_of_it_would_and_touches_only_what_differs()
    {
        // Services by name and version; a provider may vanish.
        var map = Gen.Choose(0, 9).SelectMany(static name => Gen.Choose(0, 2).Select(version => (Name: $"s{name}", Version: $"v{version}"))).ListOf(8);
        return Prop.ForAll(map.Two().Select(static two => new[] { two.Item1, two.Item2 }).ListOf(6).ToArbitrary(), static rounds =>
        {
            var configs = new Dictionary<string, HttpServiceConfig>();
            var elements = new CompiledElements<HttpServiceConfig, Entry>(static c => c.Http.Services);
            Dictionary<string, Entry> before = [];
            foreach (var round in rounds)
            {
                var messages = round.Select((services, i) => Message($"p{i}", services.Select(s => KeyValuePair.Create(s.Name, Config(configs, s.Version))).ToConfigMap()))
                    .Where(static (m, i) => i == 0 || m.Configuration.Http.Services.Count % 2 == 0).ToArray();
                var compiled = new List<string>();
                var changes = elements.Update(messages, (provider, name, config, _) =>
                {
                    compiled.Add($"{name}@{provider}");
                    return new(config);
                });
                var now = elements.Parts.SelectMany(static part => part.Entries.Select((entry, i) => KeyValuePair.Create($"{part.Source.AsSpan()[i].Key}@{part.Provider}", entry)))
                    .ToDictionary(static e => e.Key, static e => e.Value);
                var wanted = messages.SelectMany(static m => m.Configuration.Http.Services.Select(s => KeyValuePair.Create($"{s.Key}@{m.Provider}", s.Value))).ToDictionary(static e => e.Key, static e => e.Value);
                var differs = wanted.Where(w => !before.TryGetValue(w.Key, out var old) || !ReferenceEquals(old.Config, w.Value)).Select(static w => w.Key).ToHashSet();
                if (!now.Keys.ToHashSet().SetEquals(wanted.Keys)
                    || now.Any(n => !ReferenceEquals(n.Value.Config, wanted[n.Key]))
                    || !differs.SetEquals(compiled)
                    || !changes.Added.ToHashSet().SetEquals(now.Values.Except(before.Values))
                    || !changes.Removed.ToHashSet().SetEquals(before.Values.Except(now.Values))
                    || elements.Count != now.Count
                    || now.Any(n => !ReferenceEquals(elements.Find(QualifiedName.Resolve(n.Key, "")), n.Value)))
                {
                    return false;
                }

                before = now;
            }

            return true;
        });
    }

    private static ProviderMessage Message(string provider, ConfigMap<HttpServiceConfig> services) =>
        new(provider, new() { Http = new() { Services = services } }, ConfigList<ConfigurationProblem>.Empty);

    private static HttpServiceConfig Config(Dictionary<string, HttpServiceConfig> known, string version)
    {
        if (!known.TryGetValue(version, out var config))
        {
            known.Add(version, config = new() { Middlewares = [version] });
        }

        return config;
    }

    private sealed class Entry(HttpServiceConfig config)
    {
        public HttpServiceConfig Config { get; } = config;
    }
}
