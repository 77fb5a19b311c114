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
    [InlineData("a: 1.5\nb: 1e3\nc: 1.2.3\nd: 10s\ne: :80", "{a:1.5,b:1e3,c:'1.2.3',d:'10s',e:':80'}")]
    [InlineData("a: !!str 1\nb: \"1\"", "{a:'1',b:'1'}")]
    [InlineData("a: |\n  x\n  y\n", "{a:'x\ny\n'}")]
    [InlineData("a: &x {b: 1}\nc: *x", "{a:{b:1},c:{b:1}}")]
    [InlineData("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9", "{x:{a:1,b:2},y:{b:3,c:4},z:{a:9,b:2,c:4}}")]
    [InlineData("x: &x {a: 1}\nz: {a: , <<: *x}", "{x:{a:1},z:{}}")]
    [InlineData("a: 1\n---\nb: 2", "{a:1}")]
    [InlineData("", "null")]
    public void Documents_are_read(string text, string expected) => Assert.Equal(expected, Show(Read(text)));

    [Theory]
    [InlineData("a: [\n", "EG-FILE-SYNTAX")]
    [InlineData("a: *x", "EG-FILE-SYNTAX")]
    [InlineData("a: &x [*x]", "EG-FILE-SYNTAX")]
    [InlineData("{[a]: 1}", "EG-FILE-SYNTAX")]
    [InlineData("<<: 1", "EG-FILE-SYNTAX")]
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
