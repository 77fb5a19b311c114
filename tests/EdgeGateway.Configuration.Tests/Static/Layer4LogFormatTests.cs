using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Static;

public sealed class Layer4LogFormatTests
{
    [Fact]
    public void A_format_is_text_and_variables_in_their_order()
    {
        Assert.True(Layer4LogFormat.TryParse("a $status\"${upstream_addr}s\" $sni", out var format, out _));
        Assert.False(format.IsJson);
        Assert.Equal(
            [(Layer4LogField.Text, "a "), (Layer4LogField.Status, "status"), (Layer4LogField.Text, "\""), (Layer4LogField.ServerAddresses, "upstream_addr"),
                (Layer4LogField.Text, "s\" "), (Layer4LogField.ServerName, "sni")],
            format.Segments.Select(static s => (s.Field, s.Text)));
    }

    [Fact]
    public void The_word_json_is_a_format() => Assert.True(Layer4LogFormat.TryParse("json", out var format, out _) && format.IsJson);

    [Fact]
    public void Every_variable_can_be_written()
    {
        foreach (var name in Layer4LogFormat.Variables)
        {
            Assert.True(Layer4LogFormat.TryParse($"${name}", out var format, out _), name);
            Assert.NotEqual(Layer4LogField.Text, Assert.Single(format.Segments).Field);
        }
    }

    [Theory]
    [InlineData("$remote_add", "there is no variable $remote_add; did you mean $remote_addr? (character 1 of")]
    [InlineData("ab $request_uri", "there is no variable $request_uri (character 4 of")]
    [InlineData("a$ $status", "a variable has no name (character 2 of")]
    [InlineData("$status ${sni", "the variable ${sni is not closed with } (character 9 of")]
    [InlineData("${", "a variable has no name (character 1 of")]
    [InlineData("$status\n", "a line holds no control characters (character 8 of")]
    [InlineData("common", "holds no variable: write json")]
    [InlineData("", "is empty")]
    public void A_fault_is_named_with_its_place(string format, string expected)
    {
        Assert.False(Layer4LogFormat.TryParse(format, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_format_ends_the_start_and_names_the_flag()
    {
        var problem = Assert.Throws<ConfigurationException>(() => StaticLoader.Load(["--accessLog.l4.format=$statu"], new Dictionary<string, string>())).Problem;
        Assert.Equal("EG-CONFIG-VALUE", problem.Code);
        Assert.Contains("accessLog.l4.format: there is no variable $statu; did you mean $status?", problem.Message, StringComparison.Ordinal);
        Assert.Contains("--accessLog.l4.format", problem.Location.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_option_alone_writes_json_to_standard_output()
    {
        Assert.Equal(new(), StaticLoader.Load(["--accessLog.l4=true"], new Dictionary<string, string>()).AccessLog!.L4);
        Assert.Null(StaticLoader.Load(["--accessLog=true"], new Dictionary<string, string>()).AccessLog!.L4);
    }
}
