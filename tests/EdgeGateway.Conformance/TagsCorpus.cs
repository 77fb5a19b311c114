using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Conformance;

/// <summary>Cases of tags.json, tags-extra.json and constraints.json, and the JSON form in which they are compared (dynamic-config §8).</summary>
internal static class TagsCorpus
{
    private static readonly string[] Sections = ["http", "tcp", "udp", "tls"];

    internal static JsonArray Load(string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "conformance", file)))!.AsArray();

    internal static IEnumerable<JsonObject> All(string kind) =>
        Load("tags.json").Concat(Load("tags-extra.json")).Select(static node => node!.AsObject()).Where(entry => entry.Text("kind") == kind);

    internal static JsonObject Case(string kind, string id) => All(kind).Single(entry => entry.Text("id") == id);

    internal static string Text(this JsonObject entry, string name) => entry[name]?.GetValue<string>() ?? "";

    internal static bool Flag(this JsonObject entry, string name) => entry[name]?.GetValue<bool>() ?? false;

    internal static string[] Texts(this JsonNode? node) => node?.AsArray().Select(static item => item!.GetValue<string>()).ToArray() ?? [];

    /// <summary>The corpus form of a configuration: the API's JSON plus the hidden fields, without empty maps.</summary>
    internal static string Canonical(DynamicConfiguration configuration)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            DynamicConfiguration.Type.Write(writer, configuration);
        }

        var json = JsonNode.Parse(stream.ToArray())!.AsObject();
        foreach (var (name, router) in configuration.Http.Routers)
        {
            if (router.DefaultRule)
            {
                json["http"]!["routers"]![name]!["defaultRule"] = true;
            }
        }

        Hidden(json, "http", configuration.Http.Services.Select(static s => (s.Key, s.Value.LoadBalancer?.Servers.Select(static v => (v.Scheme, v.Port)))));
        Hidden(json, "tcp", configuration.Tcp.Services.Select(static s => (s.Key, s.Value.LoadBalancer?.Servers.Select(static v => ((string?)null, v.Port)))));
        Hidden(json, "udp", configuration.Udp.Services.Select(static s => (s.Key, s.Value.LoadBalancer?.Servers.Select(static v => ((string?)null, v.Port)))));
        return Canonical(json);
    }

    /// <summary>The same form of an expected configuration.</summary>
    internal static string Canonical(JsonNode? expected)
    {
        var json = expected?.DeepClone().AsObject() ?? [];
        foreach (var section in Sections)
        {
            if (json[section] is not JsonObject kinds)
            {
                json.Remove(section);
                continue;
            }

            foreach (var kind in kinds.Where(static entry => entry.Value is JsonObject { Count: 0 } or JsonArray { Count: 0 } or null).Select(static entry => entry.Key).ToArray())
            {
                kinds.Remove(kind);
            }

            if (kinds.Count == 0)
            {
                json.Remove(section);
            }
        }

        return Sort(json)!.ToJsonString();
    }

    internal static DynamicConfiguration Decode(JsonNode? json)
    {
        var context = new DecodeContext(ConfigSource.File);
        var configuration = DynamicConfiguration.Type.Decode(ToNode(json ?? new JsonObject()), DynamicConfiguration.Empty, context)!;
        Assert.Empty(context.Problems);
        return configuration;
    }

    internal static ConfigNode ToNode(JsonNode node)
    {
        switch (node)
        {
            case JsonObject parent:
                var result = new ConfigObject(SourceLocation.Default);
                foreach (var (name, child) in parent)
                {
                    result.Set(name, ToNode(child!));
                }

                return result;
            case JsonArray list:
                return new ConfigSequence([.. list.Select(static item => ToNode(item!))], SourceLocation.Default);
            default:
                return new ConfigScalar(node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString(), SourceLocation.Default);
        }
    }

    private static void Hidden(JsonObject json, string section, IEnumerable<(string Name, IEnumerable<(string? Scheme, string? Port)>? Servers)> services)
    {
        foreach (var (name, servers) in services)
        {
            var i = 0;
            foreach (var (scheme, port) in servers ?? [])
            {
                var server = json[section]!["services"]![name]!["loadBalancer"]!["servers"]![i++]!;
                if (scheme is not null)
                {
                    server["scheme"] = scheme;
                }

                if (port is not null)
                {
                    server["port"] = port;
                }
            }
        }
    }

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject parent => new JsonObject(parent.OrderBy(static entry => entry.Key, StringComparer.Ordinal)
            .Select(static entry => new KeyValuePair<string, JsonNode?>(entry.Key, Sort(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}
