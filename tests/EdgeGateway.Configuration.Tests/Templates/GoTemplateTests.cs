using EdgeGateway.Configuration.Templates;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Templates;

public sealed class GoTemplateTests
{
    private static readonly Dictionary<string, object?> Data = new()
    {
        ["Name"] = "My_App",
        ["Labels"] = new Dictionary<string, string> { ["traefik.zone"] = "example.com", ["b"] = "2", ["a"] = "1" },
    };

    [Theory]
    [InlineData("Host(`{{ normalize .Name }}`)", "Host(`My-App`)")]
    [InlineData("{{ .Name | lower | replace \"_\" \"-\" }}.{{ index .Labels \"traefik.zone\" }}", "my-app.example.com")]
    [InlineData("{{ index .Labels \"missing\" }}|{{ .Labels.missing }}|{{ .Labels.a }}", "|<no value>|1")]
    [InlineData("{{ if eq .Name \"x\" }}X{{ else if hasPrefix \"My\" .Name }}M{{ else }}E{{ end }}", "M")]
    [InlineData("{{ with index .Labels \"nope\" }}{{ . }}{{ else }}none{{ end }}", "none")]
    [InlineData("{{ with $x := .Name }}{{ $x }}{{ $.Name }}{{ end }}", "My_AppMy_App")]
    [InlineData("{{ range $k, $v := .Labels }}{{ $k }}={{ $v }};{{ end }}", "a=1;b=2;traefik.zone=example.com;")]
    [InlineData("{{ range $i, $p := splitList \"_\" .Name }}{{ if $i }}-{{ end }}{{ $p }}{{ end }}", "My-App")]
    [InlineData("{{ range list }}x{{ else }}empty{{ end }}", "empty")]
    [InlineData("{{ range list 1 2 3 4 }}{{ if eq . 3 }}{{ break }}{{ end }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ . }}{{ end }}", "2")]
    [InlineData("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2")]
    [InlineData("a  {{- /* note */ -}}  b {{- \"c\" }} d", "abc d")]
    [InlineData("{{ printf \"%s-%03d-%q-%v-%.2f-%x\" .Name 7 \"q\" true 1.5 255 }}", "My_App-007-\"q\"-true-1.50-ff")]
    [InlineData("{{ and .Name \"\" }}|{{ or \"\" .Name }}|{{ not .Name }}|{{ and (eq 1 1) (lt 1 2) }}", "|My_App|false|true")]
    [InlineData("{{ default \"d\" \"\" }}{{ coalesce \"\" \"c\" }}{{ ternary \"y\" \"n\" (contains \"App\" .Name) }}", "dcy")]
    [InlineData("{{ trimPrefix \"My\" .Name }}{{ trimSuffix \"App\" .Name }}{{ upper \"a\" }}{{ title \"ab cd\" }}{{ trim \" x \" }}{{ trimAll \"-\" \"-y-\" }}", "_AppMy_AAb Cdxy")]
    [InlineData("{{ first (list 1 2) }}{{ last (list 1 2) }}{{ rest (list 1 2 3) }}{{ join \",\" (list 1 2) }}{{ (split \"_\" .Name)._1 }}", "12[2 3]1,2App")]
    [InlineData("{{ add 1 2 }}{{ sub 5 1 }}{{ mul 2 3 }}{{ div 7 2 }}{{ mod 7 2 }}{{ max 1 9 }}{{ atoi \"12\" }}", "34631912")]
    [InlineData("{{ quote .Name }}{{ squote .Name }}{{ substr 0 2 .Name }}{{ trunc 2 .Name }}{{ trunc -3 .Name }}{{ kebabcase \"MyApp\" }}{{ snakecase \"MyApp\" }}{{ camelcase \"my_app\" }}", "\"My_App\"'My_App'MyMyAppmy-appmy_appMyApp")]
    [InlineData("{{ b64enc \"a\" }}{{ b64dec \"YQ==\" }}{{ sha1sum \"a\" | trunc 5 }}{{ adler32sum \"Wikipedia\" }}", "YQ==a86f7e300286872")]
    [InlineData("{{ (index .Labels \"a\") | printf \"%s!\" }}{{ len .Name }}{{ slice .Name 0 2 }}{{ print 1 2 \"a\" }}", "1!6My1 2a")]
    [InlineData("{{ `raw\\n` }}{{ \"tab\\t\" }}{{ 'A' }}", "raw\\ntab\t65")]
    [InlineData("{{ define \"h\" }}<{{ . }}{{ with $x := 1 }}{{ $x }}{{ end }}>{{ end }}{{ template \"h\" .Name }}{{ template \"h\" 2 }}", "<My_App1><21>")]
    [InlineData("{{ block \"b\" .Name }}[{{ . }}]{{ end }}{{ template \"b\" \"x\" }}", "[My_App][x]")]
    [InlineData("{{ define \"r\" }}{{ if gt . 0 }}{{ . }}{{ template \"r\" sub . 1 }}{{ end }}{{ end }}{{ template \"r\" 3 }}", "321")]
    [InlineData("{{ range until 3 }}{{ . }}{{ end }}{{ untilStep 6 0 -2 }}{{ seq 3 }}|{{ seq 2 4 }}|{{ seq 5 -2 1 }}", "012[6 4 2]1 2 3|2 3 4|5 3 1")]
    [InlineData("{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" (list 1 2) }}{{ $d }}{{ unset $d \"a\" }}{{ pick $d \"b\" }}{{ omit $d \"b\" }}{{ dig \"b\" \"no\" $d }}", "map[a:1 b:[1 2]]map[b:[1 2]]map[b:[1 2]]map[][1 2]")]
    [InlineData("{{ merge (dict \"a\" 1) (dict \"a\" 2 \"b\" 3) }}{{ mergeOverwrite (dict \"a\" 1) (dict \"a\" 2) }}{{ pluck \"a\" (dict \"a\" 1) (dict) (dict \"a\" 2) }}", "map[a:1 b:3]map[a:2][1 2]")]
    [InlineData("{{ toJson (dict \"a\" (list 1 \"b<\" true nil 1.5)) }}{{ (fromJson \"{\\\"x\\\":[1,null,\\\"y\\\"]}\").x }}", "{\"a\":[1,\"b<\",true,null,1.5]}[1 <no value> y]")]
    [InlineData("{{ base \"/a/b.txt\" }}{{ dir \"/a/b\" }}{{ ext \"a.b.c\" }}{{ isAbs \"/\" }}{{ base \"\" }}{{ dir \"x\" }}", "b.txt/a.ctrue..")]
    [InlineData("{{ floor 1.7 }}{{ ceil \"1.2\" }}{{ round 1.255 1 }}{{ addf 1 0.5 }}{{ divf 1 2 }}{{ chunk 2 (list 1 2 3) }}{{ mustFirst (list 7) }}", "121.31.50.5[[1 2] [3]]7")]
    [InlineData("{{ if kindIs \"string\" .Name }}s{{ end }}{{ swapcase \"aB\" }}{{ plural \"one\" \"many\" 2 }}", "sAbmany")]
    public void Templates_render_as_in_Go(string template, string expected) =>
        Assert.Equal(expected, GoTemplate.Parse("t", template).Render(Data));

    [Theory]
    [InlineData("{{ nope }}", "template: t:1:4: function \"nope\" not defined")]
    [InlineData("a\nb {{ if }}", "template: t:2:9: missing value for command")]
    [InlineData("{{ if true }}", "template: t:1:4: unexpected EOF: {{if}} has no {{end}}")]
    [InlineData("{{ \"open }}", "template: t:1:4: unterminated quoted string")]
    [InlineData("{{ $x }}", "template: t:1:4: undefined variable \"$x\"")]
    [InlineData("{{ end }}", "template: t:1:4: unexpected {{end}}")]
    [InlineData("{{ if 1 }}{{ define \"x\" }}{{ end }}{{ end }}", "template: t:1:14: {{define}} may not stand inside another action")]
    [InlineData("{{ define x }}{{ end }}", "template: t:1:4: {{define}} needs a name in quotes")]
    [InlineData("\n{{ define \"x\" }}", "template: t:2:4: {{define}} has no {{end}}")]
    [InlineData("{{ $v := 1 }}{{ define \"x\" }}{{ $v }}{{ end }}", "template: t:1:33: undefined variable \"$v\"")]
    [InlineData("{{ 1 2 }}", "template: t:1:4: can't give argument to non-function")]
    public void A_bad_template_is_refused_with_its_place(string template, string message) =>
        Assert.Equal(message, Assert.Throws<TemplateException>(() => GoTemplate.Parse("t", template)).Message);

    [Theory]
    [InlineData("{{ .Nope }}")]
    [InlineData("{{ template \"nope\" }}")]
    [InlineData("{{ define \"r\" }}{{ template \"r\" }}{{ end }}{{ template \"r\" }}")]
    [InlineData("{{ $a := \"x\" }}{{ range 60 }}{{ $a = list $a $a }}{{ end }}{{ $a }}")]
    [InlineData("{{ $a := \"x\" }}{{ range 60 }}{{ $a = list $a $a }}{{ end }}{{ toJson $a }}")]
    [InlineData("{{ $a := list }}{{ range 100000 }}{{ $a = list $a }}{{ end }}{{ printf \"%v\" $a }}")]
    [InlineData("{{ $d := dict }}{{ range 40 }}{{ $_ := set $d \"x\" (list $d $d) }}{{ end }}{{ $d }}")]
    [InlineData("{{ until 999999999 }}")]
    [InlineData("{{ fromJson \"{\" }}")]
    [InlineData("{{ set 1 \"a\" 2 }}")]
    [InlineData("{{ divf 1 0 }}")]
    [InlineData("{{ .Name.X }}")]
    [InlineData("{{ eq 1 \"a\" }}")]
    [InlineData("{{ lower 1 }}")]
    [InlineData("{{ div 1 0 }}")]
    [InlineData("{{ repeat 999999999 \"x\" }}")]
    [InlineData("{{ index (list 1) 5 }}")]
    [InlineData("{{ fail \"no\" }}")]
    [InlineData("{{ range 999999 }}{{ range 999999 }}{{ end }}{{ end }}")]
    public void A_value_that_does_not_fit_is_an_error_of_its_own(string template) =>
        Assert.Throws<TemplateException>(() => GoTemplate.Parse("t", template).Render(Data));

    [Property(MaxTest = 3000)]
    public void Any_text_renders_or_fails_with_its_own_exception(NonNull<string> text, int seed)
    {
        string[] pieces = ["{{", "}}", " ", "if ", "end", "else ", "range ", "with ", "$x", ":=", ".Name", ".Labels", "|", "(", ")", "\"a\"", "1", "index ", "printf ", "`", "-", "repeat ", "splitList ", "join ", "trunc ", "slice ", text.Get];
        var random = new System.Random(seed);
        var template = text.Get + string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => pieces[random.Next(pieces.Length)]));
        try
        {
            _ = GoTemplate.Parse("t", template).Render(Data);
        }
        catch (TemplateException)
        {
            // The one exception that is allowed.
        }
    }

    [Property(MaxTest = 3000)]
    public void Any_call_of_any_function_gives_a_value_or_its_own_exception(int seed)
    {
        var random = new System.Random(seed);
        var names = TemplateFunctions.All.Keys.Order(StringComparer.Ordinal).ToArray();
        string[] values = ["1", "-1", "9223372036854775807", "\"\"", "\"a_b\"", "true", "nil", "(list 1 \"x\")", "(dict \"k\" 1)", ".Labels", "1.5", "(list)"];
        var template = $"{{{{ {names[random.Next(names.Length)]} {string.Join(' ', Enumerable.Range(0, random.Next(4)).Select(_ => values[random.Next(values.Length)]))} }}}}";
        try
        {
            _ = GoTemplate.Parse("t", template).Render(Data);
        }
        catch (TemplateException)
        {
            // The one exception that is allowed.
        }
    }
}
