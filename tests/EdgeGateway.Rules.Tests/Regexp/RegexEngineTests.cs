using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EdgeGateway.Rules.Regexp;
using Xunit;

namespace EdgeGateway.Rules.Tests.Regexp;

/// <summary>
/// Patterns made by chance, against .NET's backtracking engine, which prefers as Perl does, hence as RE2: the places of the match and of each
/// group, in both of our ways to run a program. Left out is what .NET means otherwise: a loop around what may be empty.
/// </summary>
public class RegexEngineTests
{
    private static readonly string[] Atoms = ["a", "b", "c", ".", "[ab]", "[^a]", "^", "$", @"\b", @"\B", "(?i:B)", "é", "[é-í]", @"\."];
    private static readonly string[] Quantifiers = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Matches_and_groups_are_those_of_a_backtracking_engine(int seed)
    {
        var random = new Random(seed);
        var matches = 0;
        for (var i = 0; i < 3000; i++)
        {
            var pattern = Pattern(random, 3, out _);
            // Only ASCII is a word here, and $ does not mean "before a last line feed" there.
#pragma warning disable RS0030 // The other engine is what the test is about.
            var theirs = new Regex(
                pattern.Replace(@"\b", @"(?:(?<=[\w-[^ -~]])(?![\w-[^ -~]])|(?<![\w-[^ -~]])(?=[\w-[^ -~]]))", StringComparison.Ordinal)
                    .Replace(@"\B", @"(?:(?<=[\w-[^ -~]])(?=[\w-[^ -~]])|(?<![\w-[^ -~]])(?![\w-[^ -~]]))", StringComparison.Ordinal)
                    .Replace("$", @"\z", StringComparison.Ordinal),
                RegexOptions.CultureInvariant);
#pragma warning restore RS0030
            var ours = GoRegex.Uncached(pattern);
            for (var j = 0; j < 4; j++)
            {
                var text = Text(random);
                var expected = Show(theirs.Match(text));
                matches += expected == "-" ? 0 : 1;
                // The pattern and the text stand on both sides so that a failure shows them.
                Assert.Equal($"{pattern} on {text}: {expected}", $"{pattern} on {text}: {Show(ours, text, lockstep: false)}");
                Assert.Equal($"{pattern} on {text}: {expected}", $"{pattern} on {text}: {Show(ours, text, lockstep: true)}");
                Assert.Equal(expected != "-", ours.IsMatch(text));
                Assert.Equal(expected != "-", ours.FindInLockstep(text, 0, []));
            }
        }

        Assert.InRange(matches, 3000, 11_500);
    }

    [Fact]
    public void Long_texts_and_short_ones_are_matched_alike()
    {
        var regex = GoRegex.Parse("(b+)([^b]*)(c|cb)(?:a|b)");
        var text = new string('a', 50_000) + "bb" + new string('a', 50_000) + "cba";
        var slots = new int[regex.Slots];

        Assert.True(regex.Find(text, 0, slots));
        Assert.Equal([50_000, text.Length - 1, 50_000, 50_002, 50_002, 100_002, 100_002, 100_003], slots);
        Assert.Equal(new string('a', 50_000) + "<c>a", regex.ReplaceAll(text, regex.ParseReplacement("<$3>")));
        Assert.False(regex.IsMatch(text.AsSpan(..^3)));
    }

    private static string Pattern(Random random, int depth, out bool nullable)
    {
        var pattern = new StringBuilder();
        nullable = true;
        for (var parts = random.Next(1, 4); parts > 0; parts--)
        {
            string part;
            bool empty;
            if (depth > 0 && random.Next(3) == 0)
            {
                var (a, b) = (Pattern(random, depth - 1, out empty), "");
                if (random.Next(2) == 0)
                {
                    b = "|" + Pattern(random, depth - 1, out var other);
                    empty |= other;
                }

                part = $"({(random.Next(2) == 0 ? "?:" : "")}{a}{b})";
            }
            else
            {
                part = Atoms[random.Next(Atoms.Length)];
                empty = part is "^" or "$" or @"\b" or @"\B";
            }

            if (!empty && random.Next(3) == 0)
            {
                var quantifier = Quantifiers[random.Next(Quantifiers.Length)];
                part += quantifier;
                empty = quantifier[0] is '*' or '?' || quantifier.StartsWith("{0", StringComparison.Ordinal);
            }

            pattern.Append(part);
            nullable &= empty;
        }

        return pattern.ToString();
    }

    private static string Text(Random random) =>
        string.Create(random.Next(0, 9), random, static (text, random) =>
        {
            foreach (ref var c in text)
            {
                c = "aabbcBé.î\n -"[random.Next(12)];
            }
        });

    private static string Show(Match match) => match.Success
        ? string.Join(' ', match.Groups.Values.Select(static group => group.Success ? Span(group.Index, group.Index + group.Length) : "-"))
        : "-";

    private static string Show(GoRegex regex, string text, bool lockstep)
    {
        var slots = new int[regex.Slots];
        return (lockstep ? regex.FindInLockstep(text, 0, slots) : regex.Find(text, 0, slots))
            ? string.Join(' ', slots.Chunk(2).Select(static pair => pair[0] < 0 ? "-" : Span(pair[0], pair[1])))
            : "-";
    }

    private static string Span(int begin, int end) => string.Create(CultureInfo.InvariantCulture, $"{begin}-{end}");
}
