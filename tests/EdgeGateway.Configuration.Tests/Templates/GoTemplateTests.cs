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
    public void Templates_render_as_in_Go(string template, string expected) =>
        Assert.Equal(expected, GoTemplate.Parse("t", template).Render(Data));

    [Theory]
    [InlineData("{{ nope }}", "template: t:1:4: function \"nope\" not defined")]
    [InlineData("a\nb {{ if }}", "template: t:2:9: missing value for command")]
    [InlineData("{{ if true }}", "template: t:1:4: unexpected EOF: {{if}} has no {{end}}")]
    [InlineData("{{ \"open }}", "template: t:1:4: unterminated quoted string")]
    [InlineData("{{ $x }}", "template: t:1:4: undefined variable \"$x\"")]
    [InlineData("{{ end }}", "template: t:1:4: unexpected {{end}}")]
    [InlineData("{{ 1 2 }}", "template: t:1:4: can't give argument to non-function")]
    public void A_bad_template_is_refused_with_its_place(string template, string message) =>
        Assert.Equal(message, Assert.Throws<TemplateException>(() => GoTemplate.Parse("t", template)).Message);

    [Theory]
    [InlineData("{{ .Nope }}")]
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
