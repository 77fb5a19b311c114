using System.Text.Json.Nodes;
using EdgeGateway.Rules.Constraints;

namespace EdgeGateway.Conformance;

/// <summary>All cases of constraints.json.</summary>
public sealed class ConstraintsTests
{
    public static TheoryData<string> TagCases => Ids("tags");

    public static TheoryData<string> LabelCases => Ids("labels");

    [Theory]
    [MemberData(nameof(TagCases))]
    public void Constraints_on_tags_match_as_in_Traefik(string id)
    {
        var entry = Case(id);

        bool Matches() => ConstraintExpression.Parse(entry.Text("expression")).Matches(entry["tags"].Texts());

        if (entry.Flag("expectedError"))
        {
            Assert.ThrowsAny<FormatException>(() => Matches());
            return;
        }

        Assert.Equal(entry.Flag("expected"), Matches());
    }

    // Label and LabelRegex belong to providers with labels, of which there is none here; Nomad refuses them in Traefik too.
    [Theory]
    [MemberData(nameof(LabelCases))]
    public void Constraints_on_labels_are_refused_for_a_provider_with_tags(string id)
    {
        var expression = Case(id).Text("expression");
        if (expression.Length == 0)
        {
            Assert.True(ConstraintExpression.Parse(expression).Matches([]));
            return;
        }

        Assert.ThrowsAny<FormatException>(() => ConstraintExpression.Parse(expression));
    }

    private static TheoryData<string> Ids(string kind) => new(
        TagsCorpus.Load("constraints.json").Select(static node => node!.AsObject()).Where(entry => entry.Text("kind") == kind).Select(static entry => entry.Text("id")));

    private static JsonObject Case(string id) => TagsCorpus.Load("constraints.json").Select(static node => node!.AsObject()).Single(entry => entry.Text("id") == id);
}
