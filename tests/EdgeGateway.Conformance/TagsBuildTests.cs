using System.Text.Json.Nodes;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Nomad;
using EdgeGateway.Nomad.Mapping;

namespace EdgeGateway.Conformance;

/// <summary>All cases about instances becoming configuration.</summary>
public sealed class TagsBuildTests
{
    public static TheoryData<string> BuildCases => Ids("buildConfig");

    public static TheoryData<string> MergeCases => Ids("merge");

    public static TheoryData<string> FlagCases => Ids("extraConf");

    public static TheoryData<string> KeepCases => Ids("keepItem");

    public static TheoryData<string> EndpointCases => Ids("endpointDefaults");

    public static TheoryData<string> NamespaceCases => Ids("namespaces");

    [Theory]
    [MemberData(nameof(BuildCases))]
    public void Instances_become_the_configuration_of_Traefik_or_what_is_listed(string id)
    {
        var entry = TagsCorpus.Case("buildConfig", id);
        var options = Options(entry["provider"]!.AsObject());
        if (entry["expectedInitError"] is not null)
        {
            Assert.Throws<ConfigurationException>(() => new InstanceMapper(options));
            return;
        }

        var mapper = new InstanceMapper(options);
        var instances = entry["items"]!.AsArray().Select(static (item, i) => Instance(item!.AsObject(), i)).ToArray();

        var mapping = mapper.Map(instances);

        var actual = TagsCorpus.Canonical(mapping.Configuration);
        var expected = TagsCorpus.Canonical(entry["expected"]);
        if (TagsDeviations.All.TryGetValue(id, out var deviation))
        {
            Assert.Equal(deviation.Expected, actual);
            Assert.NotEqual(expected, actual);
        }
        else
        {
            Assert.Equal(expected, actual);
        }

        if (entry["logs"] is JsonArray { Count: > 0 })
        {
            Assert.NotEmpty(mapping.Problems);
        }

        Assert.Same(mapping.Configuration, mapper.Map(instances).Configuration);
    }

    [Theory]
    [MemberData(nameof(MergeCases))]
    public void Fragments_are_merged_as_in_Traefik_or_as_listed(string id)
    {
        var entry = TagsCorpus.Case("merge", id);
        var fragments = entry["configurations"]!.AsObject().OrderBy(static c => c.Key, StringComparer.Ordinal)
            .Select(static (c, i) => new ConfigurationFragment(c.Key, (ulong)i, TagsCorpus.Decode(c.Value))).ToArray();
        var strategy = entry.Text("strategy") == "merge" ? MergeStrategy.Merge : MergeStrategy.SkipDuplicates;

        var merged = new ConfigurationMerger(strategy).Merge(fragments, out _);

        // Absent means zero there and default here: both sides get the defaults by decoding.
        var actual = TagsCorpus.Canonical(merged);
        var expected = TagsCorpus.Canonical(TagsCorpus.Decode(entry["expected"]));
        if (TagsDeviations.All.TryGetValue(id, out var deviation))
        {
            Assert.Equal(deviation.Expected, actual);
            Assert.NotEqual(expected, actual);
            return;
        }

        Assert.Equal(expected, actual);
    }

    [Theory]
    [MemberData(nameof(FlagCases))]
    public void Enabled_and_canary_are_read_from_tags(string id)
    {
        var entry = TagsCorpus.Case("extraConf", id);
        var labels = TagLabels.Read(entry["tags"].Texts(), entry.Text("prefix")).Values;

        var (enabled, canary) = InstanceMapper.Flags(labels, entry.Flag("exposedByDefault"));

        Assert.Equal(entry["expected"]!.AsObject().Flag("enable"), enabled);
        Assert.Equal(entry["expected"]!.AsObject().Flag("canary"), canary);
    }

    [Theory]
    [MemberData(nameof(KeepCases))]
    public void Disabled_and_constrained_instances_are_left_out(string id)
    {
        var entry = TagsCorpus.Case("keepItem", id);
        var item = entry["item"]!.AsObject();
        var mapper = new InstanceMapper(new() { Constraints = entry.Text("constraints") });

        Assert.Equal(entry.Flag("expected"), mapper.Keeps(item["extraConf"]!.AsObject().Flag("enable"), item["tags"].Texts()));
    }

    [Theory]
    [MemberData(nameof(NamespaceCases))]
    public void Namespaces_make_providers(string id)
    {
        var entry = TagsCorpus.Case("namespaces", id);

        var providers = NomadProviderNames.For(entry["namespaces"].Texts());

        Assert.Equal(entry["expectedProviderNames"].Texts(), providers.Select(static p => p.Name));
        Assert.Equal(entry["expectedProviderNamespaces"].Texts(), providers.Select(static p => p.Namespace ?? ""));
    }

    [Theory]
    [MemberData(nameof(EndpointCases))]
    public void The_endpoint_takes_its_defaults_from_the_environment(string id)
    {
        var entry = TagsCorpus.Case("endpointDefaults", id);
        var expected = entry["expected"]!.AsObject();

        var endpoint = NomadEnvironment.Apply(new(), null, name => entry["env"]![name]?.GetValue<string>(), static _ => false);

        Assert.Equal(
            (expected.Text("address"), expected.Text("region"), expected.Text("token")),
            (endpoint.Address, endpoint.Region ?? "", endpoint.Token ?? ""));
        var tls = expected["tls"]?.AsObject();
        Assert.Equal(
            tls is null ? null : new NomadTlsOptions
            {
                Ca = tls.Text("ca"), Cert = tls.Text("cert"), Key = tls.Text("key"), InsecureSkipVerify = tls.Flag("insecureSkipVerify"),
            },
            endpoint.Tls);
    }

    [Fact]
    public void Every_kind_of_case_has_its_test()
    {
        string[] tested = ["labelsDecode", "labelsEncode", "tagsToLabels", "tagsDecode", "normalize", "extraConf", "endpointDefaults", "namespaces", "keepItem", "buildConfig", "merge"];

        Assert.Empty(TagsCorpus.Load("tags.json").Concat(TagsCorpus.Load("tags-extra.json")).Select(static node => node!.AsObject().Text("kind")).Except(tested));
        Assert.Empty(TagsDeviations.All.Keys.Except(TagsCorpus.All("buildConfig").Concat(TagsCorpus.All("merge")).Concat(TagsCorpus.All("tagsDecode")).Select(static entry => entry.Text("id"))));
    }

    private static TheoryData<string> Ids(string kind) => new(TagsCorpus.All(kind).Select(static entry => entry.Text("id")));

    private static InstanceMapperOptions Options(JsonObject provider) => new()
    {
        Prefix = provider.Text("prefix"),
        ExposedByDefault = provider.Flag("exposedByDefault"),
        DefaultRule = provider.Text("defaultRule"),
        Constraints = provider.Text("constraints"),
        AllowEmptyServices = provider.Flag("allowEmptyServices"),
    };

    private static NomadInstance Instance(JsonObject item, int position) => new(
        item.Text("id"), item.Text("name"), item.Text("namespace"), item.Text("node"), item.Text("datacenter"), "job", "alloc",
        item.Text("address"), item["port"]?.GetValue<int>() ?? 0, item["tags"].Texts().ToConfigList(), (ulong)position + 1, (ulong)position + 1);
}
