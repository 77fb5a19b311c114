using System.Text.Json.Nodes;

namespace EdgeGateway.Conformance;

/// <summary>What a test lets differ from Traefik is told to the user, and the other way round.</summary>
public sealed class DeviationsDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "compatibility.md"));

    private static readonly string Lists = Path.Combine(Repository.Root, "tests", "EdgeGateway.Conformance");

    [Theory]
    [InlineData("e2e-deviations.json")]
    [InlineData("e2e-deviations-yarp.json")]
    public void Every_end_to_end_deviation_of_the_list_is_in_the_document(string list) =>
        Assert.DoesNotContain(Cases(list), static id => !Document.Contains(id, StringComparison.Ordinal));

    [Fact]
    public void Every_tag_deviation_of_the_list_is_in_the_document() =>
        Assert.DoesNotContain(TagsDeviations.All.Keys, static id => !Document.Contains($"`{id}`", StringComparison.Ordinal));

    [Fact]
    public void Every_end_to_end_case_of_the_tables_is_in_a_list()
    {
        string[] listed = [.. Cases("e2e-deviations.json"), .. Cases("e2e-deviations-yarp.json")];
        var tables = Document[Document.IndexOf("## End-to-end cases answered differently", StringComparison.Ordinal)..];
        var named = tables.Split('`').Where(static (_, i) => i % 2 == 1)
            .Where(static word => File.Exists(Path.Combine(Repository.Corpus, "e2e", "scenarios", word.Split('/')[0] + ".json")) && word.Contains('/', StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, id => !listed.Contains(id));
    }

    private static IEnumerable<string> Cases(string list) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Lists, list)))!["cases"]!.AsObject().Select(static entry => entry.Key);
}
