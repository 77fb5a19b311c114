using System.Text.Json.Nodes;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Yaml;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Conformance;

/// <summary>Decoding the same input twice gives equal records with equal hashes: what did not change must look unchanged.</summary>
public sealed class DecodingTwiceTests
{
    [Fact]
    public void Every_set_of_tags_in_the_corpora_decodes_to_equal_records()
    {
        var sets = TagSets().ToList();
        Assert.True(sets.Count > 300, $"{sets.Count} sets");
        foreach (var tags in sets)
        {
            var (one, other) = (TagDecoder.Decode(tags, "traefik").Configuration, TagDecoder.Decode([.. tags], "traefik").Configuration);
            Assert.Equal(one, other);
            Assert.Equal(one.GetHashCode(), other.GetHashCode());
        }
    }

    [Fact]
    public void Every_file_and_every_configuration_in_the_corpora_decodes_to_equal_records()
    {
        var configurations = Configurations().ToList();
        Assert.True(configurations.Count > 100, $"{configurations.Count} configurations");
        foreach (var make in configurations)
        {
            var (one, other) = (Decode(make()), Decode(make()));
            Assert.Equal(one, other);
            Assert.Equal(one.GetHashCode(), other.GetHashCode());
        }
    }

    private static DynamicConfiguration Decode(ConfigNode node) =>
        DynamicConfiguration.Type.Decode(node, DynamicConfiguration.Empty, new DecodeContext(ConfigSource.File))!;

    private static IEnumerable<string[]> TagSets()
    {
        foreach (var entry in TagsCorpus.Load("tags.json").Concat(TagsCorpus.Load("tags-extra.json")).Select(static node => node!.AsObject()))
        {
            if (entry["labels"] is JsonObject labels)
            {
                yield return [.. labels.Select(static label => $"{label.Key}={label.Value}")];
            }

            if (entry["tags"] is JsonArray tags)
            {
                yield return tags.Texts();
            }

            foreach (var item in entry["items"]?.AsArray() ?? [])
            {
                yield return item!["tags"].Texts();
            }
        }

        foreach (var (_, scenario) in Scenarios())
        {
            foreach (var service in scenario["services"]?.AsArray() ?? [])
            {
                yield return service!["tags"].Texts();
            }
        }
    }

    private static IEnumerable<Func<ConfigNode>> Configurations()
    {
        foreach (var entry in TagsCorpus.Load("aggregation.json").Concat(TagsCorpus.Load("tags.json")).Concat(TagsCorpus.Load("tags-extra.json")))
        {
            foreach (var name in (string[])["given", "input", "expected", "configuration", "configurations"])
            {
                if (entry![name] is JsonObject part)
                {
                    yield return () => TagsCorpus.ToNode(part);
                    foreach (var (_, below) in part.Where(static member => member.Value is JsonObject))
                    {
                        yield return () => TagsCorpus.ToNode(below!);
                    }
                }
            }
        }

        foreach (var (name, scenario) in Scenarios())
        {
            foreach (var (file, text) in scenario["files"]?.AsObject() ?? [])
            {
                if (file.EndsWith(".yml", StringComparison.Ordinal) && text is JsonValue && !text.GetValue<string>().Contains("{{", StringComparison.Ordinal))
                {
                    yield return () => YamlNodes.Read(new StringReader(text.GetValue<string>()), $"{name}/{file}") ?? new ConfigObject(SourceLocation.Default);
                }
            }
        }
    }

    private static IEnumerable<(string Name, JsonNode Scenario)> Scenarios() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Corpus, "e2e", "scenarios"), "*.json")
            .Select(static path => (Path.GetFileNameWithoutExtension(path), JsonNode.Parse(File.ReadAllText(path))!));
}
