using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Syntax;
using Xunit;

namespace EdgeGateway.Rules.Tests.Syntax;

public class RuleParserTests
{
    [Theory]
    // Line breaks: Go puts a semicolon behind an operand
    [InlineData("Host(`a`) &&\n Path(`/`)")]
    [InlineData("Host(\n`a`,\n)")]
    [InlineData("Host(`a`)\n\n")]
    [InlineData("\n\nHost(`a`)")]
    [InlineData("(\nHost(`a`))")]
    [InlineData("!\nHost(`a`)")]
    // Comments
    [InlineData("Host(`a`) // c")]
    [InlineData("Host(`a`) /* c */ && Path(`/`)")]
    [InlineData("/* a\nb */ Host(`a`)")]
    [InlineData("Host(`a`) && // first\nPath(`/`)")]
    [InlineData("Host(`a`) /* c\n */")]
    // Strings
    [InlineData("Host(\"a\")")]
    [InlineData("PathRegexp(\"^/a\\\\.b$\")")]
    [InlineData("PathRegexp(`^/a\n?`)")]
    // Odds and ends of Go's syntax
    [InlineData("Host(`a`...)")]
    [InlineData("Host(`a`...,)")]
    [InlineData("\uFEFFHost(`a`)")]
    [InlineData("!!!Host(`a`)")]
    public void Go_takes_it_and_so_do_we(string rule) => HttpRule.Parse(rule);

    [Theory]
    [InlineData("Host(`a`)\n&& Path(`/`)", 1, 10)]
    [InlineData("Host(`a`\n)", 1, 9)]
    [InlineData("(Host(`a`)\n)", 1, 11)]
    [InlineData("Host(`a`) /* x\n */ && Path(`/`)", 1, 11)]
    [InlineData("Host(`a`);", 1, 10)]
    [InlineData("Host(`a`) & Path(`/`)", 1, 11)]
    [InlineData("Host(`a`) &&", 1, 13)]
    [InlineData("Host(`a`) &&\n  Foo(`b`)", 2, 3)]
    [InlineData("Host(`a", 1, 6)]
    [InlineData("Host(\"a", 1, 6)]
    [InlineData("Host(\"a\nb\")", 1, 6)]
    [InlineData("Host(\"\\q\")", 1, 7)]
    [InlineData("Host(\"\\'\")", 1, 7)]
    [InlineData("Host(\"\\777\")", 1, 7)]
    [InlineData("Host(\"\\ud800\")", 1, 7)]
    [InlineData("Host('a')", 1, 6)]
    [InlineData("Host(1)", 1, 6)]
    [InlineData("Host((`a`))", 1, 6)]
    [InlineData("Host(`a`,,`b`)", 1, 10)]
    [InlineData("Host(,)", 1, 6)]
    [InlineData("(Host)(`a`)", 1, 2)]
    [InlineData("/* a", 1, 1)]
    [InlineData("", 1, 1)]
    [InlineData("Host(`a`) && Path(`x`)", 1, 14)]
    [InlineData("Host(`a\0`)", 1, 8)]
    public void An_error_has_its_place(string rule, int line, int column)
    {
        var exception = Assert.Throws<RuleException>(() => HttpRule.Parse(rule));
        Assert.Equal((line, column), (exception.Line, exception.Column));
    }

    [Theory]
    [InlineData("PathPrefx(`/`)", "did you mean PathPrefix?")]
    [InlineData("pathPrefix(`/`)", "did you mean PathPrefix?")]
    [InlineData("Hots(`/`)", "did you mean Host?")]
    [InlineData("Headers(`a`, `b`)", "in v3 write Header(`a`, `b`)")]
    [InlineData("Headers(`a`, `b`, `c`, `d`)", "in v3 write Header(`a`, `b`) && Header(`c`, `d`)")]
    [InlineData("Headers(`a`)", "in v3 write Header(`name`, `value`)")]
    [InlineData("HeadersRegexp(`a`, `b`)", "in v3 write HeaderRegexp(`a`, `b`)")]
    [InlineData("HostHeader(`a`, `b`)", "in v3 write Host(`a`) || Host(`b`)")]
    [InlineData("HostHeader()", "in v3 write Host(`name`)")]
    [InlineData("PathPrefix(`/x`, `/y`)", "PathPrefix(`/x`) || PathPrefix(`/y`)")]
    [InlineData("HostSNI(`a`)", "for TCP routers")]
    [InlineData("Xyzzy(`a`)", "there are Host, ")]
    [InlineData("Host(`a`, `b`)", "Host(`a`) || Host(`b`)")]
    [InlineData("Host(`é.com`)", "xn--")]
    [InlineData("PathRegexp(`(`)", "missing closing )")]
    [InlineData("Host('a')", "backtick", false)]
    [InlineData("Path(`a`)", "does not start with a '/'")]
    [InlineData("ClientIP(`10.0.0`)", "neither an IP address nor a network")]
    public void An_error_says_what_to_do(string rule, string hint, bool literal = true)
    {
        var exception = Assert.Throws<RuleException>(() => HttpRule.Parse(rule));
        Assert.Contains(literal ? hint : "`…`", exception.Message, StringComparison.Ordinal);
    }

    private static RuleNode Root(string rule) => RuleParser.Parse(rule, HttpMatchersV3.Names);

    [Fact]
    public void Names_have_four_spellings_and_no_fifth()
    {
        foreach (var name in new[] { "PathPrefix", "pathprefix", "PATHPREFIX", "Pathprefix" })
        {
            Assert.Equal("PathPrefix", Assert.IsType<MatcherNode>(Root($"{name}(`/`)")).Name);
        }

        Assert.Throws<RuleException>(() => HttpRule.Parse("PathPREFIX(`/`)"));
    }

    [Theory]
    [InlineData("Path(\"/\\x2e\\056\\u002e\\U0000002e\")", "/....")]
    [InlineData("Path(\"/\\xc3\\xa9\")", "/é")]
    [InlineData("Path(\"/\\xff\")", "/\\uDCFF")]
    [InlineData("Path(\"/\\\"\\\\\\t\")", "/\"\\\t")]
    [InlineData("Path(`/a\r\nb`)", "/a\nb")]
    public void Strings_are_read_as_Go_reads_them(string rule, string expected)
    {
        // Attributes cannot hold an unpaired surrogate.
        expected = expected.Replace("\\uDCFF", "\uDCFF", StringComparison.Ordinal);
        Assert.Equal(expected, Assert.IsType<MatcherNode>(Root(rule)).Arguments.Single());
    }

    [Theory]
    [InlineData("!(Host(`a`) || Host(`b`) && !Path(`/`))", "!Host(`a`) && (!Host(`b`) || Path(`/`))")]
    [InlineData("(Host(`a`) || Host(`b`)) || Host(`c`)", "Host(`a`) || Host(`b`) || Host(`c`)")]
    [InlineData("Host(`a`) && (Host(`b`) && Host(`c`))", "Host(`a`) && Host(`b`) && Host(`c`)")]
    [InlineData("Host(\"a\\x60b\")", "Host(\"a`b\")")]
    [InlineData("!!Host(`a`)", "Host(`a`)")]
    public void A_rule_prints_in_its_own_language(string rule, string expected) => Assert.Equal(expected, Root(rule).ToString());

    [Fact]
    public void Ten_thousand_alternatives_are_no_problem_and_deep_nesting_is_an_error()
    {
        var rule = HttpRule.Parse(string.Join(" || ", Enumerable.Range(0, 10_000).Select(static i => $"Host(`h{i}`)")));
        Assert.Equal(10_000, rule.Hosts!.Count);
        HttpRule.Parse(new string('(', 200) + "Host(`a`)" + new string(')', 200));
        Assert.Throws<RuleException>(() => HttpRule.Parse(new string('(', 100_000) + "Host(`a`)"));
        HttpRule.Parse(new string('!', 100_000) + "Host(`a`)");
    }

    // Scenario B of the reference, both routes: the plain one is a rule of v3, the other is told in v3, with what gRPC clients really send.
    [Fact]
    public void The_rules_of_a_gRPC_application_written_for_v2()
    {
        Assert.Equal(["argocd.example.com"], HttpRule.Parse("Host(`argocd.example.com`)").Domains);

        var fault = Assert.Throws<RuleException>(() => HttpRule.Parse("Host(`argocd.example.com`) && Headers(`Content-Type`, `application/grpc`)"));

        Assert.Equal(RuleCodes.UnknownMatcher, fault.Code);
        Assert.Equal(
            "1:31: unknown matcher Headers: it is of rule syntax v2; in v3 write Header(`Content-Type`, `application/grpc`); it takes this whole value only: "
            + "for application/grpc+proto as well write HeaderRegexp(`Content-Type`, `^application/grpc`)",
            fault.Message);
        Assert.Equal(
            "Host(`argocd.example.com`) && Headers(`Content-Type`, `application/grpc`)\n"
            + "                              ^",
            fault.Caret);
        Assert.Empty(HttpRule.Parse("Host(`argocd.example.com`) && Headers(`Content-Type`, `application/grpc`)", "v2").Doubts);
    }

    [Fact]
    public void A_caret_stands_below_the_fault_also_in_long_rules_and_in_rules_of_several_lines()
    {
        var lines = Assert.Throws<RuleException>(() => HttpRule.Parse("Host(`a`) &&\n\tPaht(`/`)"));
        Assert.Equal("\tPaht(`/`)\n\t^", lines.Caret);

        var names = string.Join(" || ", Enumerable.Range(100, 50).Select(static i => $"Host(`h{i}`)"));
        var caret = Assert.Throws<RuleException>(() => HttpRule.Parse($"{names} && Hst(`x`) && {names}")).Caret.Split('\n');
        Assert.Equal(122, caret[0].Length);
        Assert.Equal("Hst", caret[0].Substring(caret[1].IndexOf('^', StringComparison.Ordinal), 3));
    }

    [Theory]
    [InlineData("HostRegexp(`{sub:[a-z]+}.example.com`)", true)]
    [InlineData("PathPrefix(`/users/{id}`)", true)]
    [InlineData("Host(`a`) && !Path(`/{name:.*}`)", true)]
    [InlineData("PathRegexp(`^/[a-z]{2,3}$`) && HostRegexp(`^[a-z]{2}$`)", false)]
    [InlineData("Path(`/{`) || Path(`/{}`) || Path(`/{2}`)", false)]
    public void A_template_of_v2_in_a_v3_rule_is_doubted(string rule, bool doubted)
    {
        Assert.Equal(doubted, HttpRule.Parse(rule).Doubts.Count > 0);
        if (doubted)
        {
            Assert.Empty(HttpRule.Parse(rule, "v2").Doubts);
        }
    }
}
