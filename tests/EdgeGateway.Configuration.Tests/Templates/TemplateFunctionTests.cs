using EdgeGateway.Configuration.Templates;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Templates;

/// <summary>Functions and lexis one by one, as Go's text/template and sprig give them.</summary>
public sealed class TemplateFunctionTests
{
    private static string Render(string template) => GoTemplate.Parse("t", template).RenderValue(false, TemplateLimits.Rule).Text;

    [Theory]
    [InlineData("""{{ printf "%5d|%-5d|%05d|%+d|%05d" 42 42 42 42 -42 }}""", "   42|42   |00042|+42|-0042")]
    [InlineData("""{{ printf "%5s|%-5s|%.2s|%s" "ab" "ab" "abc" (list 1 2) }}""", "   ab|ab   |ab|[1 2]")]
    [InlineData("""{{ printf "%x %X %o %b %c" 255 255 8 5 65 }}{{ printf "%x%X" "hi" "k" }}""", "ff FF 10 101 A68696B")]
    [InlineData("""{{ printf "%t %q %v %v %v" true "a\"b" nil false (dict "k" 1) }}""", "true \"a\\\"b\" <nil> false map[k:1]")]
    [InlineData("""{{ printf "%d" "a" }}|{{ printf "%z" 1 }}|{{ printf "%d" }}|{{ printf "x" 1 "b" }}|{{ printf "%" }}|{{ printf "100%%" }}""", "%!d(string=a)|%!z(int=1)|%!d(MISSING)|x%!(EXTRA int=1, string=b)|%!(NOVERB)|100%")]
    [InlineData("""{{ printf "%e|%f|%+.1f|%g|%.0f" 1234.5 0.5 2.0 1.5 3.7 }}""", "1.234500e+03|0.500000|+2.0|1.5|4")]
    [InlineData("""{{ printf "%q" "\n\t\r\\\u007f\u00e9" }}""", "\"\\n\\t\\r\\\\\\x7fé\"")]
    [InlineData("""{{ 1.5 }} {{ 1e3 }} {{ 1e21 }} {{ 1.5e-7 }} {{ -0.25 }} {{ 0x1F }} {{ 1_000 }} {{ .5 }} {{ +7 }}""", "1.5 1000 1e+21 1.5e-07 -0.25 31 1000 0.5 7")]
    [InlineData("""{{ "\a\b\f\v\x41\u00e9\U0001F600\'" | len }}{{ '\n' }}{{ 'é' }}{{ '\'' }}""", "121023339")]
    [InlineData("""{{ println 1 "a" 2 }}{{ print "a" "b" 1 2 nil }}""", "1 a 2\nab1 2 <nil>")]
    [InlineData("""{{ html "<a&'>" }}{{ urlquery "a b&c" }}""", "&lt;a&amp;&#39;&gt;a+b%26c")]
    [InlineData("""{{ slice (list 1 2 3) 1 }}{{ slice "abc" 1 2 }}{{ index "abc" 1 }}{{ index (list (list 1 2)) 0 1 }}{{ len (list 1 2) }}{{ len (dict "a" 1) }}""", "[2 3]b98221")]
    [InlineData("""{{ eq 1 2 1 }}{{ ne "a" "b" }}{{ le 1 1 }}{{ ge 1.5 2.5 }}{{ gt "b" "a" }}{{ eq nil nil }}{{ eq 1 nil }}{{ eq true false }}""", "truetruetruefalsetruetruefalsefalse")]
    [InlineData("""{{ untitle "Ab Cd" }}{{ abbrev 6 "abcdefgh" }}{{ abbrev 2 "abc" }}{{ nospace "a b	c" }}{{ initials "Go Template" }}{{ repeat 3 "ab" }}""", "ab cdabc...abcabcGTababab")]
    [InlineData("""{{ cat "a" 1 nil true }}|{{ quote "a" 1 nil }}|{{ squote "a" }}|{{ indent 2 "a\nb" }}|{{ nindent 1 "x" }}""", "a 1 true|\"a\" \"1\"|'a'|  a\n  b|\n x")]
    [InlineData("""{{ trunc 2 "abc" }}{{ trunc -2 "abc" }}{{ trunc 9 "abc" }}{{ trunc -9 "abc" }}|{{ substr 1 -1 "abc" }}{{ substr -1 2 "abc" }}{{ substr 5 9 "abc" }}""", "abbcabcabc|bcab")]
    [InlineData("""{{ snakecase "HTTPServerName" }} {{ kebabcase "a b_c.d" }} {{ camelcase "http_server-x" }} {{ title "ab-cd e'f" }}""", "http_server_name a-b-c-d HttpServerX Ab-Cd E'f")]
    [InlineData("""{{ contains "b" "abc" }}{{ hasPrefix "x" "abc" }}{{ hasSuffix "c" "abc" }}{{ replace "b" "" "abc" }}{{ trimSuffix "x" "abc" }}{{ trimPrefix "x" "abc" }}""", "truefalsetrueacabcabc")]
    [InlineData("""{{ sha256sum "a" | trunc 8 }} {{ sha512sum "a" | trunc 8 }} {{ b64dec "w6k=" }} {{ toString 1.5 }} {{ typeOf (list) }} {{ kindOf 1 }}""", "ca978112 1f40fc92 é 1.5 list int")]
    [InlineData("""{{ default "d" }}{{ default "d" 0 }}{{ default "d" 5 }}{{ empty "" }}{{ coalesce 0 "" "z" }}{{ ternary 1 2 false }}{{ all 1 "a" }}{{ any 0 "" }}""", "dd5truez2truefalse")]
    [InlineData("""{{ split "," "a,b,c" }}{{ (splitn "," 2 "a,b,c")._1 }}{{ splitList "" "ab" }}{{ join "-" (list 1 "b" 2.5) }}{{ join "-" "x" }}""", "map[_0:a _1:b _2:c]b,c[a b]1-b-2.5x")]
    [InlineData("""{{ first list }}|{{ last list }}|{{ rest list }}|{{ initial (list 1 2) }}|{{ reverse (list 1 2) }}|{{ uniq (list 1 1 2) }}|{{ compact (list 0 1 "" "a") }}""", "<no value>|<no value>|[]|[1]|[2 1]|[1 2]|[1 a]")]
    [InlineData("""{{ append (list 1) 2 }}{{ prepend (list 1) 2 }}{{ concat (list 1) (list 2) }}{{ without (list 1 2 3) 2 }}{{ has 2 (list 1 2) }}{{ sortAlpha (list "b" "a") }}{{ toStrings (list 1) }}{{ push (list 1) 2 }}""", "[1 2][2 1][1 2][1 3]true[a b][1][1 2]")]
    [InlineData("""{{ $d := dict "a" 1 "b" }}{{ get $d "a" }}{{ get $d "z" }}{{ hasKey $d "b" }}{{ keys $d }}{{ values (dict "x" 3) }}""", "1true[a b][3]")]
    [InlineData("""{{ int "12" }}{{ int 1.9 }}{{ int true }}{{ int "x" }}{{ float64 "1.5" }}{{ float64 2 }}{{ float64 "x" }}{{ add1 1 }}{{ min 3 1 2 }}{{ biggest 1 5 }}{{ sub 1 2 }}{{ mod 7 -3 }}{{ div -7 2 }}""", "121101.520215-11-3")]
    [InlineData("""{{ if not nil }}n{{ end }}{{ with 0 }}x{{ else }}e{{ end }}{{ range $i, $c := dict "k" "v" }}{{ $i }}{{ $c }}{{ end }}{{ range nil }}x{{ else }}-{{ end }}{{ range 0 }}x{{ else }}0{{ end }}""", "nekv-0")]
    [InlineData("""{{- $x := 1 -}} {{- if $x }} a {{- else -}} b {{ end -}}  c""", " ac")]
    [InlineData("""{{ (list 1 (dict "a" (dict "b" 2))) | last | printf "%v" }}{{ (dict "a" (dict "b" 2)).a.b }}{{ $d := dict "q" 1 }}{{ $d.q }}{{ $d.none }}""", "map[a:map[b:2]]21<no value>")]
    [InlineData("""{{ env "EDGE_NOT_SET" }}{{ expandenv "a${EDGE_NOT_SET}b$EDGE_NOT_SET" }}""", "ab")]
    [InlineData("""{{ toPrettyJson (list 1) }}{{ toJson "a" }}{{ fromJson "true" }}{{ fromJson "1.5" }}""", "[\n  1\n]\"a\"true1.5")]
    public void Give_what_Go_gives(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{ \"a\nb\" }}", "1:4: unterminated quoted string")]
    [InlineData("{{ 'ab' }}", "1:4: malformed character constant")]
    [InlineData("{{ 'a }}", "1:4: unterminated character constant")]
    [InlineData("{{ `a }}", "1:4: unterminated raw quoted string")]
    [InlineData("{{ \"\\z\" }}", "1:4: unknown escape in a string")]
    [InlineData("{{ \"\\x4\" }}", "1:4: bad escape in a string")]
    [InlineData("{{ \"\\ud800\" }}", "1:4: bad escape in a string")]
    [InlineData("{{ 1x }}", "1:4: bad number syntax: \"1x\"")]
    [InlineData("{{ ? }}", "1:4: unexpected character '?' in an action")]
    [InlineData("{{ /* x }}", "1:1: unclosed comment")]
    [InlineData("{{ /* x */ y }}", "1:1: comment ends before closing delimiter")]
    [InlineData("{{ 1", "1:5: unclosed action")]
    [InlineData("{{ (1 }}", "1:4: unclosed left paren")]
    [InlineData("{{ break }}", "1:4: {{break}} outside {{range}}")]
    [InlineData("{{ range $a, 1 := list }}{{ end }}", "1:14: range can only declare variables")]
    [InlineData("{{ range $a = list }}{{ end }}", "1:10: undefined variable \"$a\"")]
    [InlineData("{{ $x = 1 }}", "1:4: undefined variable \"$x\"")]
    [InlineData("{{ if 1 }}{{ else }}{{ else }}{{ end }}", "1:4: expected {{end}} after {{else}}")]
    [InlineData("{{ 1 | 2 }}", "1:8: can't give argument to non-function")]
    [InlineData("{{ 1 | }}", "1:8: missing value for command")]
    [InlineData("{{ lower ) }}", "1:10: unexpected ')' in command")]
    [InlineData("{{ if 1 }}x{{ end x }}", "1:19: unexpected 'x' in command")]
    [InlineData("\n\n  {{ lower }}", "3:6: wrong number of args for lower: got 0")]
    [InlineData("{{ template \"a\" 1 2 }}", "1:17: can't give argument to non-function")]
    [InlineData("{{ and }}", "1:4: wrong number of args for and: want at least 1 got 0")]
    [InlineData("{{ false.x }}", "1:4: can't give argument to non-function")]
    [InlineData("{{ (1).x }}", "1:4: can't evaluate field x in type int")]
    [InlineData("{{ range true }}{{ end }}", "1:4: range can't iterate over true")]
    [InlineData("{{ printf 1 }}", "1:4: error calling printf: ")]
    [InlineData("{{ index (list) -1 }}", "1:4: error calling index: index out of range: -1")]
    [InlineData("{{ slice \"a\" 5 }}", "1:4: error calling slice: index out of range: 5:1")]
    [InlineData("{{ ternary 1 2 3 }}", "1:4: error calling ternary: ")]
    [InlineData("{{ b64dec \"*\" }}", "1:4: error calling b64dec: illegal base64 data")]
    [InlineData("{{ replace \"\" \"x\" \"a\" }}", "1:4: error calling replace: ")]
    [InlineData("{{ first 1 }}", "1:4: error calling first: expected a list; got int")]
    [InlineData("{{ keys 1 }}", "1:4: error calling keys: expected a map; got int")]
    [InlineData("{{ len 1 }}", "1:4: error calling len: len of type int")]
    [InlineData("{{ lt true false }}", "1:4: error calling lt: incompatible types for comparison")]
    public void Say_what_is_wrong_and_where(string template, string message)
    {
        var fault = Assert.Throws<TemplateException>(() => Render(template));
        Assert.StartsWith(message, $"{fault.Line}:{fault.Column}: {fault.Reason}", StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_templates_are_refused_and_not_the_end_of_the_stack()
    {
        Assert.Throws<TemplateException>(() => Render(string.Concat(Enumerable.Repeat("{{ if 1 }}", 5000))));
        Assert.Throws<TemplateException>(() => Render("{{ " + new string('(', 5000)));
        Assert.Throws<TemplateException>(() => Render(string.Concat(Enumerable.Repeat("{{ if 0 }}{{ else if 1 }}", 5000))));
    }

    [Fact]
    public void A_place_of_the_output_leads_back_to_the_template()
    {
        var rendered = GoTemplate.Parse("t", "a\n{{ range until 3 -}}\n  x{{ . }}y\n{{ end }}z").RenderValue(false, TemplateLimits.Rule);
        Assert.Equal("a\nx0y\nx1y\nx2y\nz", rendered.Text);
        Assert.Equal([(1, 1), (3, 3), (3, 7), (3, 11), (4, 10)], new[] { rendered.Locate(1, 1), rendered.Locate(2, 1), rendered.Locate(3, 2), rendered.Locate(4, 3), rendered.Locate(5, 1) });
        Assert.Equal((4, 11), rendered.Locate(99, 99));
        Assert.Equal((5, 6), RenderedTemplate.Unchanged("x").Locate(5, 6));
    }
}
