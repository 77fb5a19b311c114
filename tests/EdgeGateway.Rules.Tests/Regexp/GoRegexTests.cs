using EdgeGateway.Rules.Regexp;
using Xunit;

namespace EdgeGateway.Rules.Tests.Regexp;

public class GoRegexTests
{
    [Theory]
    // Literals, alternatives, groups
    [InlineData("a", "bab", true)]
    [InlineData("a|b", "xb", true)]
    [InlineData("", "x", true)]
    [InlineData("^(a|)$", "", true)]
    [InlineData("^(?P<n>a)(?<m>b)$", "ab", true)]
    [InlineData("^(?P<1a>x)$", "x", true)]
    [InlineData("^(?:ab)+$", "abab", true)]
    // Text edges
    [InlineData("^a$", "a\n", false)]
    [InlineData("(?m)^a$", "b\na\nc", true)]
    [InlineData("(?m)a$", "a\r\n", false)]
    [InlineData(@"\Aa\z", "a", true)]
    [InlineData(@"\Aa\z", "a\n", false)]
    // Flags
    [InlineData("(?i)ÀK", "àK", true)]
    [InlineData("(?i)[a-k]$", "K", true)]
    [InlineData("(?i)s", "ſ", true)]
    [InlineData("i", "I", false)]
    [InlineData("(?i:a)b", "AB", false)]
    [InlineData("(?i:a)b", "Ab", true)]
    [InlineData("a(?i)b|c", "C", true)]
    [InlineData("(a(?i)b)c", "aBC", false)]
    [InlineData("(?i)a(?-i)b", "AB", false)]
    [InlineData("^a.b$", "a\nb", false)]
    [InlineData("(?s)^a.b$", "a\nb", true)]
    // ASCII classes
    [InlineData(@"^\d$", "٣", false)]
    [InlineData(@"^\w$", "é", false)]
    [InlineData(@"^\W$", "é", true)]
    [InlineData(@"^\s$", "\v", false)]
    [InlineData(@"^[\s]$", "\f", true)]
    [InlineData(@"^\s$", "\u00A0", false)]
    [InlineData("^[[:alpha:]]+$", "abZ", true)]
    [InlineData("^[[:^alpha:]]+$", "1é", true)]
    [InlineData("^[[:word:]-]+$", "a_-9", true)]
    [InlineData("^[[:alpha]$", ":", true)]
    [InlineData("^[]a]$", "]", true)]
    [InlineData("^[^]a]$", "b", true)]
    [InlineData("^[^]a]$", "]", false)]
    [InlineData("^[^a]$", "\n", true)]
    [InlineData("^[a-]+$", "-a", true)]
    [InlineData("^[a-z-[x]$", "[", true)]
    [InlineData(@"^[\d-z]+$", "5-z", true)]
    [InlineData(@"^[\-\]\\]+$", @"-]\", true)]
    [InlineData(@"a\b!", "a!", true)]
    [InlineData(@"\Bb", "ab", true)]
    [InlineData(@"a\b", "aé", true)]
    [InlineData("a(?i)*$", "aaa", true)]
    [InlineData("^a{0}$", "a", false)]
    [InlineData("^(a{0}|b)$", "b", true)]
    [InlineData("^(?:a{2}){2,3}$", "aaaaa", false)]
    [InlineData("^(?:a{2}){2,3}$", "aaaaaa", true)]
    // Unicode classes
    [InlineData(@"^\pL+$", "aé中", true)]
    [InlineData(@"^\PL$", "1", true)]
    [InlineData(@"^\p{Greek}+$", "αΩ", true)]
    [InlineData(@"^\p{Greek}$", "Ϣ", false)]
    [InlineData(@"^\P{Greek}$", "a", true)]
    [InlineData(@"^\p{^Greek}$", "a", true)]
    [InlineData(@"^[\p{Lu}\d]+$", "A1É", true)]
    [InlineData(@"^\p{Lu}$", "a", false)]
    [InlineData(@"(?i)^\p{Lu}$", "a", true)]
    [InlineData(@"^\p{letter}$", "q", true)]
    [InlineData(@"^\p{Any}$", "😀", true)]
    [InlineData(@"^\p{Deseret}$", "\U00010400", true)]
    // Escapes
    [InlineData(@"^\x41\x{1F600}$", "A😀", true)]
    [InlineData(@"^\101$", "A", true)]
    [InlineData(@"^\a\f\t\n\r\v$", "\a\f\t\n\r\v", true)]
    [InlineData(@"^\.\_\-\@$", "._-@", true)]
    [InlineData(@"^\Qa.b*\E+$", "a.b***", true)]
    [InlineData(@"^\Qa.b", "a.b", true)]
    [InlineData("^a#b c$", "a#b c", true)]
    // Repetition
    [InlineData("^a{2}$", "aa", true)]
    [InlineData("^a{2,}?$", "aaa", true)]
    [InlineData("^a{,2}$", "a{,2}", true)]
    [InlineData("^a{x}$", "a{x}", true)]
    [InlineData("^a{01}$", "a{01}", true)]
    [InlineData("^{$", "{", true)]
    [InlineData("^*a", "a", true)]
    [InlineData("(^|x)+a", "xa", true)]
    [InlineData("(?:a{10}){100}", "a", false)]
    // Code points, not UTF-16 units
    [InlineData("^.$", "😀", true)]
    [InlineData("^..$", "😀", false)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData("^[😀-😂]$", "😁", true)]
    [InlineData("^[😀-😂]$", "😃", false)]
    [InlineData("^😀+$", "😀😀", true)]
    [InlineData("^[\u4e00-\U0001F600]$", "😁", false)]
    [InlineData(@"[^\x00-\x{10FFFF}]", "a", false)]
    public void A_pattern_means_what_it_means_in_Go(string pattern, string text, bool expected) =>
        Assert.Equal(expected, GoRegex.Parse(pattern).IsMatch(text));

    [Theory]
    [InlineData("(", "missing closing )")]
    [InlineData("a)", "unexpected )")]
    [InlineData("[", "missing closing ]")]
    [InlineData("[a", "missing closing ]")]
    [InlineData("[]", "missing closing ]")]
    [InlineData("[b-a]", "invalid character class range")]
    [InlineData("[[:nope:]]", "invalid character class range")]
    [InlineData(@"[a-\d]", "invalid escape sequence")]
    [InlineData("*", "missing argument to repetition operator")]
    [InlineData("a|*", "missing argument to repetition operator")]
    [InlineData("(?i)*", "missing argument to repetition operator")]
    [InlineData("a**", "invalid nested repetition operator")]
    [InlineData("a{2}{3}", "invalid nested repetition operator")]
    [InlineData("a???", "invalid nested repetition operator")]
    [InlineData("a++", "invalid nested repetition operator")]
    [InlineData("a{1001}", "invalid repeat count")]
    [InlineData("a{3,2}", "invalid repeat count")]
    [InlineData("(a{100}){11}", "invalid repeat count")]
    [InlineData(@"(a)\1", "invalid escape sequence")]
    [InlineData(@"\8", "invalid escape sequence")]
    [InlineData(@"\Z", "invalid escape sequence")]
    [InlineData(@"\G", "invalid escape sequence")]
    [InlineData(@"\C", "invalid escape sequence")]
    [InlineData(@"\E", "invalid escape sequence")]
    [InlineData(@"\é", "invalid escape sequence")]
    [InlineData(@"\x4", "invalid escape sequence")]
    [InlineData(@"\x{110000}", "invalid escape sequence")]
    [InlineData(@"\x{", "invalid escape sequence")]
    [InlineData(@"\", "trailing backslash")]
    [InlineData(@"\p{Nope}", "invalid character class range")]
    [InlineData(@"\p", "invalid character class range")]
    [InlineData(@"\p{L", "invalid character class range")]
    [InlineData("(?=a)", "invalid or unsupported Perl syntax")]
    [InlineData("(?!a)", "invalid or unsupported Perl syntax")]
    [InlineData("(?<=a)", "invalid or unsupported Perl syntax")]
    [InlineData("(?<!a)", "invalid or unsupported Perl syntax")]
    [InlineData("(?>a)", "invalid or unsupported Perl syntax")]
    [InlineData("(?x)a", "invalid or unsupported Perl syntax")]
    [InlineData("(?P=n)", "invalid or unsupported Perl syntax")]
    [InlineData("(?i-)", "invalid or unsupported Perl syntax")]
    [InlineData("(?", "missing closing )")]
    [InlineData("(?i", "missing closing )")]
    [InlineData("(?P<n>a)(?P<n>b)", "duplicate")]
    [InlineData("(?P<a b>x)", "invalid named capture")]
    [InlineData("(?P<>x)", "invalid named capture")]
    [InlineData("(?P<n", "invalid named capture")]
    public void What_RE2_refuses_is_refused_with_its_reason(string pattern, string reason)
    {
        Assert.False(GoRegex.TryParse(pattern, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a(x*)b", "-ab-axxb-", "$1", "--xx-")]
    [InlineData("a(x*)b", "-ab-axxb-", "$1W", "---")]
    [InlineData("a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-")]
    [InlineData("^http://(.*)", "http://h/p", "https://$1", "https://h/p")]
    [InlineData("(?P<host>[^/]+)/(.*)", "h/p", "$2@$host", "p@h")]
    [InlineData("(.)(?P<n>b)(.)", "abc", "$1-$2-$3", "a-b-c")]
    [InlineData("a", "a", "$$1", "$1")]
    [InlineData("a", "a", "$", "$")]
    [InlineData("a", "a", "${", "${")]
    [InlineData("a", "a", "${}x", "${}x")]
    [InlineData("a", "a", "$9", "")]
    [InlineData("(a)", "a", "$01", "")]
    [InlineData("a*", "baaac", "x", "xbxcx")]
    [InlineData("", "ab", "-", "-a-b-")]
    [InlineData("(?U)a+", "aaa", "x", "xxx")]
    [InlineData("(?U)a+?", "aaa", "x", "x")]
    [InlineData("(a+?)(a*)", "aaa", "$1|$2", "a|aa")]
    [InlineData("a|ab", "ab", "x", "xb")]
    [InlineData("b", "😀b😀", "x", "😀x😀")]
    public void A_replacement_expands_as_in_Go(string pattern, string text, string template, string expected)
    {
        var regex = GoRegex.Parse(pattern);
        Assert.Equal(expected, regex.ReplaceAll(text, regex.ParseReplacement(template)));
    }

    [Fact]
    public void A_byte_that_is_not_UTF8_is_one_character_to_a_pattern()
    {
        // Not an InlineData: attributes are stored as UTF-8 and cannot hold an unpaired surrogate.
        Assert.True(GoRegex.Parse("^.$").IsMatch("\uDCFF"));
        Assert.True(GoRegex.Parse(@"^\x{FFFD}$").IsMatch("\uDCFF"));
        Assert.False(GoRegex.Parse("^..$").IsMatch("\uDCFF"));
    }

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|a)*$")]
    [InlineData("(a*)*(a*)*b")]
    [InlineData("(x+x+)+y|(?:a?){50}a{50}$")]
    [InlineData("(.*)(.*)(.*)(.*)(.*)[^a!]$")]
    public void Hostile_patterns_take_time_linear_in_the_text(string pattern)
    {
        var regex = GoRegex.Parse(pattern);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(regex.IsMatch(new string('a', 60) + "!"));
        Assert.False(regex.IsMatch(new string('a', 20_000) + "!"));
        // A backtracking engine would need longer than the universe has; the bound only has to tell the two apart.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_class_repeated_often_takes_characters_beyond_the_basic_plane()
    {
        var regex = GoRegex.Parse(@"^\pL{1,100}$");
        Assert.True(regex.IsMatch("aé中𐐀"));
        Assert.False(regex.IsMatch("a😀"));
    }

    [Fact]
    public void A_pattern_that_would_take_megabytes_is_refused()
    {
        Assert.True(GoRegex.TryParse(string.Concat(Enumerable.Repeat("[a-z]{1000}", 99)), out _, out _));
        Assert.False(GoRegex.TryParse(string.Concat(Enumerable.Repeat("[a-z]{1000}", 101)), out _, out var error));
        Assert.Contains("expression too large", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_begins_at_characters_and_sees_what_is_before()
    {
        var regex = GoRegex.Parse(@"\B[^x]|(?m)^c");
        var slots = new int[regex.Slots];
        Assert.True(regex.Find("ab\nc", 1, slots));
        Assert.Equal([1, 2], slots);
        Assert.True(regex.Find("ab\nc", 3, slots));
        Assert.Equal([3, 4], slots);
        Assert.False(GoRegex.Parse("^c").Find("abc", 2, slots));
        Assert.Equal([1..3], GoRegex.Parse("[^a]").FindAll("a😀"));
    }

    [Fact]
    public void A_pattern_is_small_and_a_match_takes_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var regex = GoRegex.Uncached(@"^[a-z0-9-]+\.(?:[^.]+\.)?example\.com$");
        var built = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(built < 32 * 1024, $"{built} bytes");

        Assert.True(regex.IsMatch("app.eu.example.com"));
        before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            regex.IsMatch("app.eu.example.com");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Equal_patterns_share_one_instance() => Assert.Same(GoRegex.Parse("shared[0-9]+"), GoRegex.Parse("shared[0-9]+"));

    [Fact]
    public void A_quoted_text_matches_itself()
    {
        const string text = @"a.b*(c)[d]{2}|^$\é";
        Assert.True(GoRegex.Parse("^" + GoRegex.Quote(text) + "$").IsMatch(text));
    }

    [Theory]
    // Cases of the documentation of Go's Split and around it.
    [InlineData("a", "banana", -1, "b|n|n|")]
    [InlineData("a", "banana", 0, null)]
    [InlineData("a", "banana", 1, "banana")]
    [InlineData("a", "banana", 2, "b|nana")]
    [InlineData("z+", "pizza", 2, "pi|a")]
    [InlineData("", "abc", -1, "a|b|c")]
    [InlineData("b*", "abc", -1, "a|c")]
    [InlineData("x", "", -1, "")]
    public void A_text_is_split_as_Go_splits_it(string pattern, string text, int most, string? parts) =>
        Assert.Equal(parts?.Split('|') ?? [], GoRegex.Parse(pattern).Split(text, most));

    [Fact]
    public void All_matches_are_found_without_empty_ones_behind_others()
    {
        var found = GoRegex.Parse("a*").FindAll("baac");
        Assert.Equal([0..0, 1..3, 4..4], found);
        Assert.Equal([0..0, 1..3], GoRegex.Parse("a*").FindAll("baac", 2));
    }
}
