using EdgeGateway.Rules.Constraints;
using EdgeGateway.Rules.Syntax;
using Xunit;

namespace EdgeGateway.Conformance;

public class RulesConstraintsTests
{
    [Fact]
    public void Every_constraint_over_tags_gives_what_Traefik_gives()
    {
        var failures = new List<string>();
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("constraints.json", "tags"))
        {
            checks++;
            var outcome = Evaluate(entry.Text("expression"), entry.Texts("tags"));
            var expected = entry.Flag("expectedError") ? (bool?)null : entry.Flag("expected");
            if (outcome != expected)
            {
                failures.Add($"{entry.Text("id")} {entry.Text("expression")}: {outcome}, expected {expected}");
            }
        }

        RulesCorpus.AssertNone(failures, checks, 16);
    }

    /// <summary>
    /// Label constraints belong to providers whose services carry labels; this gateway has none, and a user who copies such a
    /// constraint is told how to write it. Listed in docs/compatibility.md.
    /// </summary>
    [Fact]
    public void Constraints_over_labels_are_refused_with_a_hint()
    {
        var entries = RulesCorpus.Read("constraints.json", "labels").Where(entry => entry.Text("expression").Contains("Label")).ToList();
        Assert.Equal(17, entries.Count);
        foreach (var entry in entries)
        {
            var exception = Assert.Throws<RuleException>(() => ConstraintExpression.Parse(entry.Text("expression")));
            Assert.Contains("Tag", exception.Message, StringComparison.Ordinal);
        }
    }

    private static bool? Evaluate(string expression, string[] tags)
    {
        try
        {
            return ConstraintExpression.Parse(expression).Matches(tags);
        }
        catch (RuleException)
        {
            return null;
        }
    }
}
