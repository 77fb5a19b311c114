using EdgeGateway.Configuration.Files.Yaml;
using EdgeGateway.Configuration.Sources;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Files.Yaml;

public sealed class YamlNodesTests
{
    private static ConfigNode? Read(string text) => YamlNodes.Read(new StringReader(text), "t.yml");

    private static string Show(ConfigNode? node) => node switch
    {
        ConfigObject parent => "{" + string.Join(",", parent.Entries.Select(static e => $"{e.Key}:{Show(e.Value)}")) + "}",
        ConfigSequence sequence => "[" + string.Join(",", sequence.Items.Select(Show)) + "]",
        ConfigScalar scalar => scalar.Kind == ScalarKind.Text ? $"'{scalar.Text}'" : scalar.Text,
        _ => "null",
    };

    [Theory]
    [InlineData("a: 1\nb: x\n", "{a:1,b:'x'}")]
    [InlineData("{\"a\": [1, \"1\", true, null]}", "{a:[1,'1',true,]}")]
    [InlineData("a:\nb: ~\nc: null\nd: ''", "{d:''}")]
    [InlineData("a: yes\nb: True\nc: off", "{a:'yes',b:true,c:'off'}")]
    [InlineData("a: 0x1F\nb: 0o17\nc: 017\nd: 1_000\ne: -5\nf: 0b11", "{a:31,b:15,c:15,d:1000,e:-5,f:3}")]
    [InlineData("a: 1.5\nb: 1e3\nc: 1.2.3\nd: 10s\ne: :80", "{a:1.5,b:1000,c:'1.2.3',d:'10s',e:':80'}")]
    [InlineData("a: !!str 1\nb: \"1\"", "{a:'1',b:'1'}")]
    [InlineData("a: |\n  x\n  y\n", "{a:'x\ny\n'}")]
    [InlineData("a: &x {b: 1}\nc: *x", "{a:{b:1},c:{b:1}}")]
    [InlineData("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9", "{x:{a:1,b:2},y:{b:3,c:4},z:{a:9,b:2,c:4}}")]
    [InlineData("x: &x {a: 1}\nz: {a: , <<: *x}", "{x:{a:1},z:{}}")]
    [InlineData("a: 1\n---\nb: 2", "{a:1}")]
    [InlineData("a: n\nb: on\nc: y\nd: NO\ne: FALSE\nf: tRUE", "{a:'n',b:'on',c:'y',d:'NO',e:false,f:'tRUE'}")]
    [InlineData("a: 2001-12-14\nb: 12:30:45\nc: 09\nd: 0x\ne: +7\nf: _1\ng: 1_\nh: 18446744073709551616", "{a:'2001-12-14',b:'12:30:45',c:9,d:'0x',e:7,f:'_1',g:1,h:18446744073709551616}")]
    [InlineData("a: .5\nb: 5.\nc: -1.5E-2\nd: .inf\ne: -.INF\nf: .NaN\ng: .\nh: e3\ni: 1_0.5", "{a:0.5,b:5,c:-0.015,d:+Inf,e:-Inf,f:NaN,g:'.',h:'e3',i:10.5}")]
    [InlineData("a: !!str true\nb: !!int \"7\"\nc: !!float 3\nd: !own x\ne: ! 5\nf: !!str", "{a:'true',b:7,c:3,d:'x',e:'5',f:''}")]
    [InlineData("a: 'it''s'\nb: \"\\x41\\u00e9\\t\"\nc: >-\n  x\n  y\n\n  z\nd: |+\n  k\n\n", "{a:'it's',b:'A\u00e9\t',c:'x y\nz',d:'k\n\n'}")]
    [InlineData("? a\n: 1\n? b\n", "{a:1}")]
    [InlineData("1: a\ntrue: b\nnull: c\n1.5: d", "{1:'a',true:'b',null:'c',1.5:'d'}")]
    [InlineData("a: &x 1\nb: &x 2\nc: *x", "{a:1,b:2,c:2}")]
    [InlineData("x: &x {a: 1}\ny: &y\n  <<: *x\n  b: 2\nz: {<<: *y, c: 3}", "{x:{a:1},y:{b:2,a:1},z:{c:3,b:2,a:1}}")]
    [InlineData("\"<<\": 1", "{<<:1}")]
    [InlineData("%YAML 1.1\n---\na: 1\n...\n", "{a:1}")]
    [InlineData("# only a comment", "null")]
    [InlineData("", "null")]
    public void Documents_are_read(string text, string expected) => Assert.Equal(expected, Show(Read(text)));

    [Theory]
    [InlineData("a: [\n", "EG-FILE-SYNTAX")]
    [InlineData("a: *x", "EG-FILE-SYNTAX")]
    [InlineData("a: &x [*x]", "EG-FILE-SYNTAX")]
    [InlineData("{[a]: 1}", "EG-FILE-SYNTAX")]
    [InlineData("<<: 1", "EG-FILE-SYNTAX")]
    [InlineData("a: 1\n a: 2", "EG-FILE-SYNTAX")]
    [InlineData("a: 'x", "EG-FILE-SYNTAX")]
    [InlineData("a: @x", "EG-FILE-SYNTAX")]
    [InlineData("a: !!int x", "EG-FILE-SYNTAX")]
    [InlineData("a: {b: 1", "EG-FILE-SYNTAX")]
    [InlineData("x: &x {a: 1}\n<<: [*x, 1]", "EG-FILE-SYNTAX")]
    [InlineData("a: {b: 1, b: 2}", "EG-FILE-DUPLICATE")]
    [InlineData("a: 1\nA: 2", "EG-FILE-DUPLICATE")]
    public void Faults_are_refused_with_their_place(string text, string code)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read(text)).Problem;
        Assert.Equal(code, problem.Code);
        Assert.StartsWith("t.yml:", problem.Location.Text);
    }

    [Fact]
    public void A_billion_laughs_are_refused_at_once()
    {
        var text = "a0: &a0 [lol]\n" + string.Concat(Enumerable.Range(1, 30).Select(static i => $"a{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
        Assert.Contains("aliases", Assert.Throws<ConfigurationException>(() => Read(text)).Problem.Message);
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_not_the_end_of_the_stack() =>
        Assert.Throws<ConfigurationException>(() => Read(new string('[', 20_000)));

    [Fact]
    public void Names_that_differ_in_case_are_two_where_case_counts()
    {
        var node = YamlNodes.Read(new StringReader("a: 1\nA: 2\nb: &b {c: 1}\nd: {<<: *b, C: 2}"), "t.yml", caseSensitive: true);
        Assert.Equal("{a:1,A:2,b:{c:1},d:{C:2,c:1}}", Show(node));
        Assert.Throws<ConfigurationException>(() => YamlNodes.Read(new StringReader("a: 1\na: 2"), "t.yml", caseSensitive: true));
    }

    [Fact]
    public void A_second_document_is_told_with_its_place()
    {
        SourceLocation? told = null;
        YamlNodes.Read(new StringReader("a: 1\n---\nb: 2\n"), "t.yml", ignored: location => told = location);
        Assert.Equal("t.yml:2:1", told?.Text);
    }

    [Property(MaxTest = 200)]
    public void What_is_written_is_read_again(int seed)
    {
        var tree = RandomTree.Make(new Random(seed));
        Assert.Equal(RandomTree.Show(tree), Show(Read(RandomTree.ToYaml(tree))));
    }

    [Property(MaxTest = 1000)]
    public Property Any_text_is_read_or_refused_with_a_problem()
    {
        var piece = Gen.Elements("a", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "&x ", "*x", "<<: ", "!!str ", "|\n", "\"", "'", "#", "---\n", "0x", "-", "~", "\t", "?");
        return Prop.ForAll(piece.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                Read(text);
            }
            catch (ConfigurationException)
            {
                // The only exception that may come out.
            }

            return true;
        });
    }
}
