using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Regexp;
using EdgeGateway.Rules.Syntax;
using EdgeGateway.Rules.Tcp;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Rules.Tests.Syntax;

/// <summary>Parsers throw nothing but their own exception, whatever they are given.</summary>
public class RuleParserProperties
{
    private const string Alphabet = "abHPost()`\"\\!&|,.;*+?[]{}^$-/ \n\r\t0129xuQEpLié\0\uD83D\uDE00";

    [Property(MaxTest = 500)]
    public void Arbitrary_text_is_a_rule_or_an_error(string? text) => Parse(text ?? "");

    [Property(MaxTest = 500)]
    public Property Text_of_the_language_s_characters_is_a_rule_or_an_error() =>
        Prop.ForAll(AlphabetText(), static text => Parse(text));

    [Property(MaxTest = 2000)]
    public Property A_mutated_rule_of_the_corpus_is_a_rule_or_an_error() => Prop.ForAll(Mutations().ToArbitrary(), static text => Parse(text));

    [Property(MaxTest = 2000)]
    public Property Text_of_the_characters_of_patterns_is_a_pattern_or_an_error() =>
        Prop.ForAll(AlphabetText(), static pattern =>
        {
            // Both translations are built: the text has a character beyond U+FFFF.
            return !GoRegex.TryParse(pattern, out var regex, out var error) ? error.StartsWith("error parsing regexp", StringComparison.Ordinal) : regex.IsMatch("ab😀\n") | true;
        });

    [Fact]
    public void Every_rule_of_the_corpus_survives_printing()
    {
        var rules = 0;
        foreach (var text in Corpus.Rules)
        {
            RuleNode root;
            try
            {
                root = RuleParser.Parse(text, HttpMatchersV2.NamesOfBothSyntaxes);
            }
            catch (RuleException)
            {
                continue;
            }

            rules++;
            var printed = root.ToString()!;
            Assert.Equal(printed, RuleParser.Parse(printed, HttpMatchersV2.NamesOfBothSyntaxes).ToString());
            Assert.Equal(
                root.Matchers.Select(static m => (m.Name, m.IsNegated, string.Join('\0', m.Arguments))),
                RuleParser.Parse(printed, HttpMatchersV2.NamesOfBothSyntaxes).Matchers.Select(static m => (m.Name, m.IsNegated, string.Join('\0', m.Arguments))));
        }

        Assert.True(rules > 200, $"{rules}");
    }

    [Property(MaxTest = 500)]
    public Property Any_argument_survives_printing() => Prop.ForAll(AlphabetText(), static value =>
    {
        var printed = $"Query({GoStringLiteral.Quote(value)})";
        return RuleParser.Parse(printed, HttpMatchersV3.Names).Matchers.Single().Arguments.Single() == Normal(value);
    });

    /// <summary>An unpaired surrogate is no text; it prints as the replacement character.</summary>
    private static string Normal(string value) => EdgeGateway.Rules.Text.LosslessUtf8.Decode(EdgeGateway.Rules.Text.LosslessUtf8.Encode(value));

    private static Arbitrary<string> AlphabetText() =>
        Gen.Elements(Alphabet.ToCharArray()).ListOf().Select(static chars => string.Concat(chars)).ToArbitrary();

    private static Gen<string> Mutations() =>
        from rule in Gen.Elements(Corpus.Rules)
        from edits in Gen.Choose(1, 4)
        from places in Gen.Choose(0, int.MaxValue - 1).ListOf(edits)
        from kinds in Gen.Choose(0, 2).ListOf(edits)
        from letters in Gen.Elements(Alphabet.ToCharArray()).ListOf(edits)
        select Enumerable.Range(0, edits).Aggregate(rule, (text, i) =>
        {
            var at = text.Length == 0 ? 0 : places[i] % text.Length;
            return kinds[i] switch
            {
                0 => text.Insert(at, letters[i].ToString()),
                1 when text.Length > 0 => text.Remove(at, 1),
                _ when text.Length > 0 => text[..at] + letters[i] + text[(at + 1)..],
                _ => text,
            };
        });

    private static void Parse(string text)
    {
        Ignore(() => HttpRule.Parse(text));
        Ignore(() => HttpRule.Parse(text, "v2"));
        Ignore(() => TcpRule.Parse(text));
        Ignore(() => EdgeGateway.Rules.Constraints.ConstraintExpression.Parse(text));
        TcpRule.PriorityOf(text);
    }

    private static void Ignore(Action parse)
    {
        try
        {
            parse();
        }
        catch (RuleException)
        {
            // Its own exception is what the property allows.
        }
    }
}
