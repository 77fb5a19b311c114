using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Tests.Dynamic;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

/// <summary>Flattening is the reverse of decoding: the tags of a configuration, decoded, have the same tags.</summary>
public sealed class FlattenTests
{
    public static TheoryData<int> Seeds => new(Enumerable.Range(0, 60));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_tags_of_a_configuration_decode_to_the_configuration_with_those_tags(int seed)
    {
        // Stores: tags know that of the name default alone (dynamic-config §1.3).
        var tags = Tags(new RecordFiller(new Random(seed)).Fill<DynamicConfiguration>() with { Tls = TlsConfiguration.Empty });
        var decoded = TagDecoder.Decode(tags, "traefik");

        Assert.DoesNotContain(decoded.Problems, static problem => problem.Severity == ProblemSeverity.Error);
        // The indexes of lists only order: an item that says nothing has no tag, and the next one takes its place.
        Assert.Equal(tags.Select(WithoutIndex), Tags(decoded.Configuration).Select(WithoutIndex));
    }

    private static string WithoutIndex(string tag) => tag.Replace("[1]", "[0]", StringComparison.Ordinal);

    private static string[] Tags(DynamicConfiguration configuration) =>
        [.. DynamicConfiguration.Type.Flatten("traefik", configuration).Select(static entry => $"{entry.Key}={entry.Value}")];
}
