using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Sources;

/// <summary>A node of the wrong shape costs its value, is named with its path and place, and nothing else is lost by it.</summary>
public sealed class NodeFaultTests
{
    private static readonly SourceLocation Here = new("dyn.yml:3:7");

    [Theory]
    [InlineData("rule", "rule needs one value: text")]
    [InlineData("priority", "priority needs one value: an integer")]
    public void A_list_where_one_value_belongs(string field, string message)
    {
        var decoded = Router(field, new ConfigSequence([new ConfigScalar("a", Here)], Here), ConfigSource.File, out var problem);
        Assert.Equal($"{message} [EG-CONFIG-VALUE] (dyn.yml:3:7)", problem);
        Assert.Equal("kept", decoded.Service);
    }

    [Theory]
    [InlineData("rule", "rule is a single value (text) and has no option 'x'")]
    [InlineData("priority", "priority is a single value (an integer) and has no option 'x'")]
    [InlineData("entryPoints", "entryPoints is a comma list and has no option 'x'")]
    public void An_object_where_a_value_belongs(string field, string message)
    {
        var decoded = Router(field, Object(("x", new ConfigScalar("1", Here))), ConfigSource.File, out var problem);
        Assert.Equal($"{message} [EG-CONFIG-FIELD] (dyn.yml:3:7)", problem);
        Assert.Equal("kept", decoded.Service);
    }

    [Theory]
    [InlineData("rule")]
    [InlineData("priority")]
    [InlineData("entryPoints")]
    [InlineData("tls")]
    [InlineData("observability")]
    public void A_path_that_cannot_be_read_is_an_error_at_its_place(string field)
    {
        var decoded = Router(field, new ConfigInvalid("a bad path", Here), ConfigSource.File, out var problem);
        Assert.Equal("a bad path [EG-CONFIG-PATH] (dyn.yml:3:7)", problem);
        Assert.Equal("kept", decoded.Service);
    }

    [Fact]
    public void A_list_of_texts_takes_plain_values_only()
    {
        var decoded = Router("entryPoints", new ConfigSequence([new ConfigScalar("web", Here), Object()], Here), ConfigSource.File, out var problem);
        Assert.Equal("entryPoints is a list of plain values [EG-CONFIG-VALUE] (dyn.yml:3:7)", problem);
        Assert.Equal(["web"], decoded.EntryPoints);
    }

    [Fact]
    public void A_list_of_texts_that_is_indexed_in_tags_keeps_the_value_beside_it_and_says_so()
    {
        var list = Object(("[0]", new ConfigScalar("web", Here)), ("[1]", new ConfigInvalid("a bad path", Here)));
        list.Own = new ConfigScalar("a, b", Here);
        var context = new DecodeContext(ConfigSource.Tags);
        var decoded = HttpRouterConfig.Type.Decode(Object(("entrypoints", list)), context)!;

        Assert.Equal(["a", "b"], decoded.EntryPoints);
        Assert.Equal(
            ["entryPoints[0] has no effect: write the list as one value, entryPoints=a,b", "a bad path"],
            context.Problems.Select(static problem => problem.Message));
    }

    [Fact]
    public void An_empty_value_sets_no_list_and_a_wrong_number_leaves_what_was_there()
    {
        var context = new DecodeContext(ConfigSource.Flags);
        var current = new HttpRouterConfig { EntryPoints = ["web"], Priority = 7 };
        var decoded = HttpRouterConfig.Type.Decode(Object(("entryPoints", new ConfigScalar("", Here)), ("priority", new ConfigScalar("x", Here))), current, context)!;

        Assert.Equal(["web"], decoded.EntryPoints);
        Assert.Equal(7, decoded.Priority);
        Assert.Equal("priority: 'x' is not an integer", Assert.Single(context.Problems).Message);
    }

    [Theory]
    [InlineData(ConfigSource.File)]
    [InlineData(ConfigSource.Tags)]
    public void A_free_tree_takes_every_shape_and_is_written_as_it_was(ConfigSource source)
    {
        var plugin = Object(
            ("text", new ConfigScalar("v", Here)), ("list", new ConfigSequence([new ConfigScalar("1", Here), new ConfigInvalid("left out", Here)], Here)),
            ("indexed", Object(("[0]", new ConfigScalar("a", Here)), ("[1]", Object(("k", new ConfigScalar("b", Here)))))), ("none", new ConfigInvalid("left out too", Here)));
        var context = new DecodeContext(source);
        var tree = ConfigTypes.Tree.Decode(plugin, context)!;

        Assert.Equal(["left out", "left out too"], context.Problems.Select(static problem => problem.Message));
        Assert.Equal("""{"indexed":["a",{"k":"b"}],"list":["1"],"text":"v"}""", Json(tree));
        Assert.Equal(
            ["x.indexed[0]=a", "x.indexed[1].k=b", "x.list[0]=1", "x.text=v"],
            ConfigTypes.Tree.Flatten("x", tree).Select(static entry => $"{entry.Key}={entry.Value}"));
        Assert.Same(ConfigTypes.Tree, ConfigTypes.Tree.FindChild("anything", source));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("7", "7")]
    public void A_number_whose_presence_counts_is_written_also_when_it_is_zero(string text, string written)
    {
        var value = ConfigTypes.OptionalInt.Decode(new ConfigScalar(text, Here), new DecodeContext(ConfigSource.Tags));

        Assert.False(ConfigTypes.OptionalInt.IsEmpty(value));
        Assert.Equal(written, ConfigTypes.OptionalInt.Format(value));
        Assert.Equal([new("x", written)], ConfigTypes.OptionalInt.Flatten("x", value));
        Assert.Empty(ConfigTypes.OptionalInt.Flatten("x", null));
        Assert.Null(ConfigTypes.OptionalInt.Format(null));
    }

    [Theory]
    [InlineData(true, "v")]
    [InlineData(false, "")]
    public void A_name_with_a_dot_in_tags_is_the_name_before_it_and_says_so(bool own, string value)
    {
        var header = Object(("Foo", new ConfigScalar("bar", Here)));
        header.Own = own ? new ConfigScalar("v", Here) : null;
        var context = new DecodeContext(ConfigSource.Tags);
        var map = ConfigTypes.MapOf(ConfigTypes.Text).Decode(Object(("X", header)), context)!;

        Assert.Equal(value, map["X"]);
        Assert.Equal("X.Foo has no effect: a name cannot hold a dot here", Assert.Single(context.Problems).Message);
    }

    [Fact]
    public void Servers_are_one_object_in_tags_and_a_list_in_files()
    {
        var servers = LoadBalancerConfig.Type.FindChild("server", ConfigSource.Tags)!;
        Assert.Equal(ConfigKind.Text, servers.FindChild("url", ConfigSource.Tags)!.Kind);
        var list = LoadBalancerConfig.Type.FindChild("servers", ConfigSource.File)!;
        Assert.Null(list.FindChild("url", ConfigSource.File));
        Assert.Equal(ConfigKind.Text, list.FindChild("[3]", ConfigSource.File)!.FindChild("url", ConfigSource.File)!.Kind);
    }

    [Fact]
    public void A_list_of_objects_is_ordered_by_number_and_what_has_no_index_makes_an_empty_item_that_is_told()
    {
        var context = new DecodeContext(ConfigSource.Tags);
        var list = ConfigTypes.ListOf(DomainConfig.Type).Decode(
            Object(
                ("[10]", Object(("main", new ConfigScalar("c", Here)))), ("[2]", Object(("main", new ConfigScalar("b", Here)))),
                ("[x]", Object(("main", new ConfigScalar("d", Here)))), ("main", new ConfigScalar("e", Here)), ("[0]", new ConfigInvalid("a bad path", Here))),
            context)!;

        Assert.Equal(["b", "c", "d"], list.Select(static item => item.Main).Where(static main => main is not null));
        Assert.Equal(
            ["a bad path", "main needs an index, as in [0].main; it makes an empty item"], context.Problems.Select(static problem => problem.Message));
        Assert.Empty(ConfigTypes.ListOf(DomainConfig.Type).Decode(new ConfigScalar("x", Here), new DecodeContext(ConfigSource.Tags))!);
        Assert.Empty(ConfigTypes.ListOf(DomainConfig.Type).Decode(new ConfigInvalid("a bad path", Here), new DecodeContext(ConfigSource.Tags))!);
    }

    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("", "")]
    [InlineData("-web", "web")]
    [InlineData("web-", "web")]
    [InlineData("a--b", "a-b")]
    [InlineData("a.b_c", "a-b-c")]
    [InlineData("é/1", "é-1")]
    public void Names_are_made_of_letters_and_numbers_of_every_script(string text, string name) => Assert.Equal(name, NameNormalizer.Normalize(text));

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-1e3", -1000.0)]
    public void Fractions_are_read(string text, double value) =>
        Assert.Equal(value, ConfigTypes.Double.Decode(new ConfigScalar(text, Here), new DecodeContext(ConfigSource.File)));

    [Theory]
    [InlineData("Infinity")]
    [InlineData("NaN")]
    [InlineData("half")]
    public void What_is_no_finite_number_is_an_error(string text)
    {
        var context = new DecodeContext(ConfigSource.File);
        _ = ConfigTypes.Double.Decode(new ConfigScalar(text, Here), context);
        Assert.Equal($": '{text}' is not a number", Assert.Single(context.Problems).Message);
    }

    [Fact]
    public void A_wrong_number_is_no_number_at_all() =>
        Assert.Null(ConfigTypes.OptionalInt.Decode(new ConfigScalar("many", Here), new DecodeContext(ConfigSource.Tags)));

    private static HttpRouterConfig Router(string field, ConfigNode value, ConfigSource source, out string problem)
    {
        var context = new DecodeContext(source);
        var decoded = HttpRouterConfig.Type.Decode(Object((field, value), ("service", new ConfigScalar("kept", Here))), context)!;
        problem = Assert.Single(context.Problems).ToString();
        return decoded;
    }

    private static ConfigObject Object(params (string Name, ConfigNode Value)[] entries)
    {
        var node = new ConfigObject(Here);
        foreach (var (name, value) in entries)
        {
            node.Set(name, value);
        }

        return node;
    }

    private static string Json(ConfigTree tree)
    {
        using var stream = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(stream))
        {
            ConfigTypes.Tree.Write(writer, tree);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
