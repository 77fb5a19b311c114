using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Conformance;

/// <summary>All cases about reading tags.</summary>
public sealed class TagsDecodeTests
{
    public static TheoryData<string> LabelsCases => Ids("tagsToLabels");

    public static TheoryData<string> DecodeCases => Ids("tagsDecode");

    public static TheoryData<string> NormalizeCases => Ids("normalize");

    [Theory]
    [MemberData(nameof(LabelsCases))]
    public void Tags_become_the_labels_that_Traefik_makes(string id)
    {
        var entry = TagsCorpus.Case("tagsToLabels", id);

        var labels = TagLabels.Read(entry["tags"].Texts(), entry.Text("prefix")).Values;

        Assert.Equal(
            entry["expectedLabels"]!.AsObject().ToDictionary(static e => e.Key, static e => e.Value!.GetValue<string>()),
            new Dictionary<string, string>(labels));
    }

    [Theory]
    [MemberData(nameof(DecodeCases))]
    public void Tags_are_decoded_as_in_Traefik_or_as_listed(string id)
    {
        var entry = TagsCorpus.Case("tagsDecode", id);

        var decoded = TagDecoder.Decode(entry["tags"].Texts(), entry.Text("prefix"));

        var isError = entry.Flag("expectedError") || entry.Flag("expectedPanic");
        Assert.Equal(isError, decoded.Problems.Any(static problem => problem.Severity == ProblemSeverity.Error));
        var actual = TagsCorpus.Canonical(decoded.Configuration);
        if (TagsDeviations.All.TryGetValue(id, out var deviation))
        {
            Assert.Equal(deviation.Expected, actual);
            Assert.NotEqual(TagsCorpus.Canonical(entry["expected"]), actual);
            return;
        }

        // Of a decode that fails in Traefik nothing is left; here the sound elements stay, and each of those is listed.
        Assert.Equal(TagsCorpus.Canonical(entry["expected"]), actual);
        if (entry["expectedLabels"] is { } labels)
        {
            Assert.Equal(
                labels.AsObject().ToDictionary(static e => e.Key, static e => e.Value!.GetValue<string>()),
                new Dictionary<string, string>(decoded.Labels));
        }
    }

    [Theory]
    [MemberData(nameof(DecodeCases))]
    public void Decoding_twice_gives_equal_configurations(string id)
    {
        var entry = TagsCorpus.Case("tagsDecode", id);

        var first = TagDecoder.Decode(entry["tags"].Texts(), entry.Text("prefix"));
        var second = TagDecoder.Decode(entry["tags"].Texts(), entry.Text("prefix"));

        Assert.Equal(first.Configuration, second.Configuration);
        Assert.Equal(first.Configuration.GetHashCode(), second.Configuration.GetHashCode());
    }

    [Theory]
    [MemberData(nameof(NormalizeCases))]
    public void Names_are_normalised(string id)
    {
        var entry = TagsCorpus.Case("normalize", id);

        Assert.Equal(entry.Text("expected"), NameNormalizer.Normalize(entry.Text("input")));
    }

    [Fact]
    public void The_big_label_set_is_decoded_as_in_Traefik()
    {
        var entry = TagsCorpus.All("labelsDecode").Single();
        var tags = entry["labels"]!.AsObject().Select(static label => $"{label.Key}={label.Value!.GetValue<string>()}").ToArray();

        var decoded = TagDecoder.Decode(tags, "traefik");

        Assert.Empty(decoded.Problems);
        Assert.Equal(TagsCorpus.Canonical(entry["expected"]), TagsCorpus.Canonical(decoded.Configuration));
    }

    [Fact]
    public void The_big_configuration_is_flattened_to_the_labels_of_Traefik()
    {
        var entry = TagsCorpus.All("labelsEncode").Single();
        var configuration = WithTagFields(TagsCorpus.Decode(WithoutTagFields(entry["configuration"]!)));

        var labels = DynamicConfiguration.Type.Flatten("traefik", configuration).ToDictionary(StringComparer.OrdinalIgnoreCase);

        // Names are ours (camel case) and durations Go text where Traefik writes nanoseconds; what is here and not there are
        // defaults that Traefik's test left zero, and decoding shows that they change nothing.
        foreach (var (key, value) in entry["expectedLabels"]!.AsObject())
        {
            Assert.True(labels.TryGetValue(key, out var ours), key);
            Assert.Equal(value!.GetValue<string>(), Nanoseconds(ours!, value.GetValue<string>()));
        }

        var again = TagDecoder.Decode([.. labels.Select(static label => $"{label.Key}={label.Value}")], "traefik");
        Assert.Empty(again.Problems);
        Assert.Equal(TagsCorpus.Canonical(configuration), TagsCorpus.Canonical(again.Configuration));
    }

    private static TheoryData<string> Ids(string kind) => new(TagsCorpus.All(kind).Select(static entry => entry.Text("id")));

    private static string Nanoseconds(string ours, string expected) =>
        ours != expected && GoDuration.TryParse(ours, out var duration)
            ? (duration.Ticks * 100).ToString(CultureInfo.InvariantCulture)
            : ours;

    private static System.Text.Json.Nodes.JsonNode WithoutTagFields(System.Text.Json.Nodes.JsonNode configuration)
    {
        var copy = configuration.DeepClone();
        foreach (var section in new[] { "http", "tcp", "udp" })
        {
            foreach (var (_, service) in copy[section]!["services"]!.AsObject())
            {
                var server = service!["loadBalancer"]!["servers"]![0]!.AsObject();
                server.Remove("port");
                server.Remove("scheme");
            }
        }

        return copy;
    }

    private static DynamicConfiguration WithTagFields(DynamicConfiguration c) => c with
    {
        Http = c.Http with
        {
            Services = c.Http.Services.Select(static s => KeyValuePair.Create(s.Key, s.Value with
            {
                LoadBalancer = s.Value.LoadBalancer! with { Servers = [s.Value.LoadBalancer.Servers[0] with { Port = "8080", Scheme = "foobar" }] },
            })).ToConfigMap(),
        },
        Tcp = c.Tcp with
        {
            Services = c.Tcp.Services.Select(static s => KeyValuePair.Create(s.Key, s.Value with
            {
                LoadBalancer = s.Value.LoadBalancer! with { Servers = [new() { Port = "42" }] },
            })).ToConfigMap(),
        },
        Udp = c.Udp with
        {
            Services = c.Udp.Services.Select(static s => KeyValuePair.Create(s.Key, s.Value with
            {
                LoadBalancer = s.Value.LoadBalancer! with { Servers = [new() { Port = "42" }] },
            })).ToConfigMap(),
        },
    };
}
