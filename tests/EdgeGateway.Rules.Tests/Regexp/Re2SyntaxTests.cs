using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Regexp;
using EdgeGateway.Rules.Syntax;
using Xunit;

namespace EdgeGateway.Rules.Tests.Regexp;

/// <summary>
/// The syntax of RE2 element by element, in the order of its documentation: what is supported with a text that matches and one that does
/// not, what is not supported as an error of the rule, with its place. Finer points are in <see cref="GoRegexTests"/>.
/// </summary>
public class Re2SyntaxTests
{
    // Pattern, texts that match, texts that do not; the texts are separated by blanks (␠ is a blank, ␤ a line feed).
    public static TheoryData<string, string, string> Supported => new()
    {
        // Single characters
        { "^.$", "x é 😀", "␤ xy" },
        { "(?s)^.$", "x ␤", "xy" },
        { "^[xyz]$", "x y z", "a" },
        { "^[^xyz]$", "a ␤ 😀", "x" },
        { @"^\d\D$", "1a", "a1 11" },
        { "^[[:alpha:]][[:^alpha:]]$", "a1", "1a" },
        { @"^\pN\PN$", "1a ٣x", "a1" },
        { @"^\p{Greek}\P{Greek}$", "αa", "aα" },
        // Composites
        { "^xy$", "xy", "x y" },
        { "^(?:x|y)$", "x y", "z" },
        // Repetitions, greedy and lazy
        { "^x*$", "x xxx", "y" },
        { "^x+$", "x xx", "y" },
        { "^yx?$", "y yx", "yxx" },
        { "^x{2,3}$", "xx xxx", "x xxxx" },
        { "^x{2,}$", "xx xxxx", "x" },
        { "^x{2}$", "xx", "x xxx" },
        { "^x*?$", "x xx", "y" },
        { "^x+?$", "x xx", "y" },
        { "^yx??$", "y yx", "yxx" },
        { "^x{2,3}?$", "xx xxx", "x" },
        { "^x{2,}?$", "xx xxxx", "x" },
        { "^x{2}?$", "xx", "x" },
        { "^x{0,1000}$", "x", "y" },
        // Grouping
        { "^(re)+$", "re rere", "r" },
        { "^(?P<name>re)$", "re", "r" },
        { "^(?<name>re)$", "re", "r" },
        { "^(?:re){2}$", "rere", "re" },
        { "(?i)^re$", "RE re", "r" },
        { "^(?i:r)e$", "Re", "RE" },
        { "^(?i-s:R.)$", "rx", "r␤" },
        { "^(?-i:r)(?is)E.$", "re␤ rEx", "Rex" },
        // Flags
        { "(?i)^k$", "K k \u212A", "x" },
        { "(?m)^b$", "a␤b b␤a", "ab" },
        { "(?s)^a.b$", "a␤b", "ab" },
        { "(?U)^x+$", "x xx", "y" },
        // Empty strings
        { "^a", "ab", "ba" },
        { "a$", "ba", "ab a␤" },
        { @"\Aab", "abc", "xab a␤ab" },
        { @"\bab\b", "ab x-ab-x", "xab abx" },
        { @"\Bb\B", "abc", "b ab" },
        { @"b\z", "ab", "b␤" },
        // Escapes
        { @"^\a\f\t\n\r\v$", "\a\f\t␤\r\v", "x" },
        { @"^\*\.\\\/$", @"*.\/", "x" },
        // Not vi's edges of a word: whatever is no letter or digit stands for itself behind a backslash.
        { @"^\<\>$", "<>", "a" },
        { @"^\123$", "S", "T" },
        { @"^\x7F$", "\x7F", "x" },
        { @"^\x{10FFFF}$", "\U0010FFFF", "x" },
        { @"^\Q...+\E$", "...+", "abc+" },
        // Character class elements
        { "^[x]$", "x", "y" },
        { "^[A-Z]$", "A M Z", "a [" },
        { @"^[\d]$", "5", "d" },
        { "^[[:digit:]]$", "5", "d :" },
        { @"^[\p{Latin}]$", "a é", "α" },
        { @"^[^\d]$", "d", "5" },
        { @"^[^[:digit:]\s]$", "d", "5 ␠" },
        { @"^[\pL\-_]$", "é - _", "1" },
        // Perl classes, ASCII only
        { @"^\d$", "0 9", "a ٣" },
        { @"^\D$", "a ٣", "0" },
        { @"^\s$", "␠ \t ␤ \f \r", "a \v \u00A0" },
        { @"^\S$", "a \v \u00A0", "␠" },
        { @"^\w$", "a Z 0 _", "é -" },
        { @"^\W$", "é -", "a _" },
        // POSIX classes, ASCII only
        { "^[[:alnum:]]$", "a Z 0", "_ é" },
        { "^[[:alpha:]]$", "a Z", "0 é" },
        { "^[[:ascii:]]$", "a \x7F", "é" },
        { "^[[:blank:]]$", "␠ \t", "␤ a" },
        { "^[[:cntrl:]]$", "\a \x7F", "a" },
        { "^[[:digit:]]$", "0 9", "a" },
        { "^[[:graph:]]$", "! ~", "␠ \x7F" },
        { "^[[:lower:]]$", "a z", "A" },
        { "^[[:print:]]$", "␠ ~", "\t" },
        { "^[[:punct:]]$", "! / : @ [ ` { ~ _", "a 0 ␠" },
        { "^[[:space:]]$", "␠ \t ␤ \v \f \r", "a" },
        { "^[[:upper:]]$", "A Z", "a" },
        { "^[[:word:]]$", "a 0 _", "-" },
        { "^[[:xdigit:]]$", "0 f F", "g" },
        { "^[[:^xdigit:]]$", "g é", "f" },
        // Unicode classes: categories, groups of them, scripts
        { @"^\p{L}$", "a é 中", "1" },
        { @"^\p{Lu}\p{Ll}$", "Éa", "aÉ" },
        { @"^\p{Lt}$", "\u01C5", "a" },
        { @"^\p{Nd}\p{Nl}\p{No}$", "1\u2160²", "²1" },
        { @"^\p{Pd}$", "-", "_" },
        { @"^\p{Sc}$", "€ $", "a" },
        { @"^\p{Zs}$", "␠ \u00A0", "\t" },
        { @"^\p{Cc}$", "\t", "a" },
        { @"^\p{Han}$", "中", "あ" },
        { @"^\p{Cyrillic}$", "ж", "z" },
        { @"^\p{Arabic}$", "ع", "a" },
        { @"^\p{^Han}$", "a", "中" },
        { @"^\pZ$", "␠", "a" },
    };

    [Theory]
    [MemberData(nameof(Supported))]
    public void A_supported_element_matches_what_it_says(string pattern, string matching, string others)
    {
        var regex = GoRegex.Parse(pattern);

        Assert.All(Texts(matching), text => Assert.True(regex.IsMatch(text), text));
        Assert.All(Texts(others), text => Assert.False(regex.IsMatch(text), text));
    }

    [Theory]
    // Repetitions: possessive, more than a thousand
    [InlineData("x*+")]
    [InlineData("x++")]
    [InlineData("x?+")]
    [InlineData("x{2,3}+")]
    [InlineData("x{2,}+")]
    [InlineData("x{2}+")]
    [InlineData("x{1001}")]
    [InlineData("x{2,1001}")]
    // Groups
    [InlineData("(?#text)")]
    [InlineData("(?|x|y)")]
    [InlineData("(?>re)")]
    [InlineData("(?=re)")]
    [InlineData("(?!re)")]
    [InlineData("(?<=re)")]
    [InlineData("(?<!re)")]
    [InlineData("(?'name're)")]
    [InlineData("(?x)re")]
    [InlineData("(?ix:re)")]
    [InlineData("(?n)re")]
    [InlineData("(?i-)re")]
    [InlineData("(?--i)re")]
    // References, recursion, conditions
    [InlineData(@"(a)\1")]
    [InlineData(@"(?P<n>a)(?P=n)")]
    [InlineData(@"(?P<n>a)\k<n>")]
    [InlineData(@"\g1")]
    [InlineData(@"\g{+1}")]
    [InlineData("(?P>name)")]
    [InlineData("(?&name)")]
    [InlineData("(?1)")]
    [InlineData("(?R)")]
    [InlineData("(?0)")]
    [InlineData("(?(1)a|b)")]
    [InlineData("(?C)")]
    [InlineData("(*ACCEPT)")]
    [InlineData("(*FAIL)")]
    // Empty strings
    [InlineData(@"\G")]
    [InlineData(@"\Z")]
    [InlineData(@"\K")]
    [InlineData(@"\y")]
    [InlineData(@"\Y")]
    [InlineData(@"\m")]
    [InlineData(@"\M")]
    // Escapes
    [InlineData(@"\1")]
    [InlineData(@"\8")]
    [InlineData(@"\c")]
    [InlineData(@"\cK")]
    [InlineData(@"\e")]
    [InlineData(@"\g")]
    [InlineData(@"\u0041")]
    [InlineData(@"\U00000041")]
    [InlineData(@"\l")]
    [InlineData(@"\L")]
    [InlineData(@"\N{name}")]
    [InlineData(@"\o{101}")]
    [InlineData(@"\x{}")]
    [InlineData(@"\xZ")]
    // Classes
    [InlineData(@"\C")]
    [InlineData(@"\R")]
    [InlineData(@"\X")]
    [InlineData(@"\h")]
    [InlineData(@"\H")]
    [InlineData(@"\i")]
    [InlineData(@"\I")]
    [InlineData(@"\j")]
    [InlineData(@"\N")]
    [InlineData(@"\V")]
    [InlineData(@"[\b]")]
    [InlineData("[[:nope:]]")]
    [InlineData(@"\p{Nope}")]
    [InlineData(@"\p{IsGreek}")]
    [InlineData(@"\p{L&}")]
    [InlineData(@"[z-a]")]
    public void An_unsupported_element_is_an_error_of_the_rule_at_the_matcher(string pattern)
    {
        var fault = Assert.Throws<RuleException>(() => HttpRule.Parse($"Host(`a`) && PathRegexp(`{pattern}`)"));

        Assert.Equal((RuleCodes.Regex, 1, 14), (fault.Code, fault.Line, fault.Column));
        Assert.StartsWith("PathRegexp: ", fault.Reason, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(string list) =>
        list.Split(' ').Select(static text => text.Replace('␠', ' ').Replace('␤', '\n'));
}
