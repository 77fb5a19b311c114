using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Sources;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Files.Toml;

/// <summary>
/// Documents of our own for every category of the toml-test suite, where <see cref="TomlReaderTests"/> has none yet. The suite itself is run by
/// <c>tests/EdgeGateway.Fuzz -- toml-test FOLDER</c>.
/// </summary>
public sealed class TomlCategoryTests
{
    private static TomlTable Read(string text) => TomlReader.Read(text, "t.toml");

    private static string Show(TomlValue value) => value switch
    {
        TomlTable table => "{" + string.Join(",", table.Entries.Select(static e => $"{e.Key}:{Show(e.Value)}")) + "}",
        TomlArray array => "[" + string.Join(",", array.Items.Select(Show)) + "]",
        TomlScalar { Kind: TomlScalarKind.String } scalar => $"'{scalar.Text}'",
        TomlScalar scalar => scalar.Text,
        _ => "?",
    };

    [Theory]
    // array
    [InlineData("a = [ [ ], [ [ ] ], [ 1, 'x', { b = [ ] } ] ]", "{a:[[],[[]],[1,'x',{b:[]}]]}")]
    [InlineData("a = [\n# c\n1 # d\n# e\n, # f\n2\n# g\n]", "{a:[1,2]}")]
    [InlineData("a=[\"]\",'#',\"\"\"\n,]\"\"\"]", "{a:[']','#',',]']}")]
    // bool and comment
    [InlineData("t=true#c\nf=false # = \"x\"\n#\u00e9\t\n#", "{t:true,f:false}")]
    [InlineData("# \u0080 is no ASCII control\na=1", "{a:1}")]
    // datetime
    [InlineData("a=2000-02-29t23:59:60.5z\nb=0001-01-01 00:00:00+23:59\nc=9999-12-31\nd=00:00:00.000001", "{a:2000-02-29t23:59:60.5z,b:0001-01-01 00:00:00+23:59,c:9999-12-31,d:00:00:00.000001}")]
    // float and integer
    [InlineData("a=+0.0\nb=-0.0\nc=1e0_1\nd=6.626E-34\ne=+inf\nf=-nan\ng=9_224.445_1", "{a:0.0,b:-0.0,c:1e01,d:6.626E-34,e:inf,f:-nan,g:9224.4451}")]
    [InlineData("a=9223372036854775807\nb=-9223372036854775808\nc=0x7fffFFFFffffFFFF\nd=0b0_0\ne=0o0", "{a:9223372036854775807,b:-9223372036854775808,c:9223372036854775807,d:0,e:0}")]
    // inline table
    [InlineData("a={}\nb={ }\nc={d={e={}},f.g=1}\nh=[{i=1},{i=2},{}]", "{a:{},b:{},c:{d:{e:{}},f:{g:1}},h:[{i:1},{i:2},{}]}")]
    [InlineData("a = { b = [ 1,\n 2 ] , c = '''x\ny''' }", "{a:{b:[1,2],c:'x\ny'}}")]
    // key
    [InlineData("-=1\n_=2\n1.2.3=4", "{-:1,_:2,1:{2:{3:4}}}")]
    [InlineData("true=5\ninf=6\n2001-02-03=7\n\"\\n\"=8\n'\"'=9\n''.\"\"=10", "{true:5,inf:6,2001-02-03:7,\n:8,\":9,:{:10}}")]
    [InlineData("a.'b.c'.\"d\\u0065\"=1\na . f=2", "{a:{b.c:{de:1},f:2}}")]
    // string
    [InlineData("a=\"\\b\\f\\\\ \\u0000 \\uD7FF \\uE000 \\U0010FFFF\"", "{a:'\b\f\\ \0 \ud7ff \ue000 \udbff\udfff'}")]
    [InlineData("a=\"\"\"\\\n   \\\n\t\r\n  x \\\n\"\"\"\nb=\"\"\"\"\"\"\nc='''\r\nx'''\nd=\"\"\"x\"\"y\\\"\"\"\"", "{a:'x ',b:'',c:'x',d:'x\"\"y\"'}")]
    [InlineData("a='\t'\nb=\"\t\"\nc='''\t'''\nd='C:\\x\\u00e9'", "{a:'\t',b:'\t',c:'\t',d:'C:\\x\\u00e9'}")]
    // table and arrays of tables
    [InlineData("[a]\n[a.b]\n[c.d.e]\n[c]\nf=1\n[ g . 'h' ]\n[\"\"]\n['[]']", "{a:{b:{}},c:{d:{e:{}},f:1},g:{h:{}},:{},[]:{}}")]
    [InlineData("[[a.b]]\nx=1\n[[a.b.c]]\n[a.b.c.d]\ny=1\n[[a.b]]\n[a.e]\n", "{a:{b:[{x:1,c:[{d:{y:1}}]},{}],e:{}}}")]
    [InlineData("a.b.c=1\n[a.d]\ne=1\n[f.g]\n[f]\nh.i=1\nh.j=2", "{a:{b:{c:1},d:{e:1}},f:{g:{},h:{i:1,j:2}}}")]
    [InlineData("a=1\r\n[b]\r\nc=2\r\n", "{a:1,b:{c:2}}")]
    public void Valid_documents_are_read(string text, string expected) => Assert.Equal(expected, Show(Read(text)));

    [Property(MaxTest = 200)]
    public void What_is_written_is_read_again(int seed)
    {
        var tree = RandomTree.Make(new Random(seed));
        Assert.Equal(Sorted(tree), Sorted(Read(RandomTree.ToToml(tree))));
    }

    // Sections move behind the other keys: order does not count.
    private static string Sorted(object value) => value switch
    {
        TomlTable table => "{" + string.Join(",", table.Entries.Select(static e => $"{e.Key}:{Sorted(e.Value)}").Order(StringComparer.Ordinal)) + "}",
        Dictionary<string, object> table => "{" + string.Join(",", table.Select(static e => $"{e.Key}:{Sorted(e.Value)}").Order(StringComparer.Ordinal)) + "}",
        TomlArray array => "[" + string.Join(",", array.Items.Select(Sorted)) + "]",
        List<object> list => "[" + string.Join(",", list.Select(Sorted)) + "]",
        TomlValue scalar => Show(scalar),
        _ => RandomTree.Show(value),
    };

    [Theory]
    // array
    [InlineData("a=[1 2]", 1)]
    [InlineData("a=[1,,2]", 1)]
    [InlineData("a=[,1]", 1)]
    [InlineData("a=[1", 1)]
    [InlineData("a=[1}", 1)]
    [InlineData("a=[\n1\n\n", 4)]
    [InlineData("a=[]\n[a.b]", 2)]
    [InlineData("a=[{b=1}]\n[[a]]", 2)]
    [InlineData("a=[{b=1}]\n[a.c]", 2)]
    [InlineData("a=[true false]", 1)]
    // bool
    [InlineData("a=True", 1)]
    [InlineData("a=t", 1)]
    [InlineData("a=falsey", 1)]
    // control characters, encoding
    [InlineData("# \u0001", 1)]
    [InlineData("#\u007f", 1)]
    [InlineData("# a\rb", 1)]
    [InlineData("a=\"\0\"", 1)]
    [InlineData("a='\u001f'", 1)]
    [InlineData("a='''\u0008'''", 1)]
    [InlineData("a=\"\"\"x\ry\"\"\"", 1)]
    [InlineData("a=1\rb=2", 1)]
    [InlineData("a=1\f", 1)]
    [InlineData("\u00a0a=1", 1)]
    [InlineData("a\ufeff=1", 1)]
    // dates and times
    [InlineData("a=2021-02-29", 1)]
    [InlineData("a=2021-13-01", 1)]
    [InlineData("a=2021-00-01", 1)]
    [InlineData("a=2021-1-1", 1)]
    [InlineData("a=2021-01-01T", 1)]
    [InlineData("a=2021-01-01T24:00:00", 1)]
    [InlineData("a=2021-01-01T00:60:00Z", 1)]
    [InlineData("a=2021-01-01T00:00:61Z", 1)]
    [InlineData("a=2021-01-01T00:00", 1)]
    [InlineData("a=2021-01-01T00:00:00.", 1)]
    [InlineData("a=2021-01-01T00:00:00+24:00", 1)]
    [InlineData("a=2021-01-01T00:00:00+0100", 1)]
    [InlineData("a=2021-01-01  00:00:00", 1)]
    [InlineData("a=1:00:00", 1)]
    [InlineData("a=12:30", 1)]
    // float
    [InlineData("a=.5", 1)]
    [InlineData("a=5.", 1)]
    [InlineData("a=1.e2", 1)]
    [InlineData("a=1e", 1)]
    [InlineData("a=1e+", 1)]
    [InlineData("a=1__0.0", 1)]
    [InlineData("a=1._0", 1)]
    [InlineData("a=1_.0", 1)]
    [InlineData("a=1e_1", 1)]
    [InlineData("a=01.0", 1)]
    [InlineData("a=++1.0", 1)]
    [InlineData("a=Inf", 1)]
    [InlineData("a=NaN", 1)]
    // integer
    [InlineData("a=01", 1)]
    [InlineData("a=+01", 1)]
    [InlineData("a=_1", 1)]
    [InlineData("a=1_", 1)]
    [InlineData("a=1__2", 1)]
    [InlineData("a=0x", 1)]
    [InlineData("a=0x_1", 1)]
    [InlineData("a=0X1", 1)]
    [InlineData("a=+0x1", 1)]
    [InlineData("a=0o8", 1)]
    [InlineData("a=0b2", 1)]
    [InlineData("a=9223372036854775808", 1)]
    [InlineData("a=1a", 1)]
    // inline table
    [InlineData("a={b=1,}", 1)]
    [InlineData("a={b=1\n}", 1)]
    [InlineData("a={\nb=1}", 1)]
    [InlineData("a={b=1 c=2}", 1)]
    [InlineData("a={b=1,b=2}", 1)]
    [InlineData("a={b.c=1,b=2}", 1)]
    [InlineData("a={b={c=1},b.d=2}", 1)]
    [InlineData("a={}\na.b=1", 2)]
    [InlineData("a={}\n[a]", 2)]
    [InlineData("a={b={}}\n[a.b.c]", 2)]
    [InlineData("a={", 1)]
    [InlineData("a={,}", 1)]
    // key
    [InlineData("=1", 1)]
    [InlineData("a", 1)]
    [InlineData("a=", 1)]
    [InlineData("a=\n1", 1)]
    [InlineData("a b=1", 1)]
    [InlineData("a..b=1", 1)]
    [InlineData(".a=1", 1)]
    [InlineData("a.=1", 1)]
    [InlineData("é=1", 1)]
    [InlineData("\"a=1", 1)]
    [InlineData("\"\"\"a\"\"\"=1", 1)]
    [InlineData("a=1 b=2", 1)]
    [InlineData("a=1\na=2", 2)]
    [InlineData("a=1\n'a'=2", 2)]
    [InlineData("a=1\na.b=2", 2)]
    [InlineData("1=3\n1.2=4", 2)]
    [InlineData("a.b=1\na=2", 2)]
    [InlineData("a#=1", 1)]
    // string
    [InlineData("a=\"x", 1)]
    [InlineData("a='x", 1)]
    [InlineData("a=\"x\ny\"", 1)]
    [InlineData("a=\"\"\"x", 1)]
    [InlineData("a='''x''", 1)]
    [InlineData("a=\"\\x41\"", 1)]
    [InlineData("a=\"\\u12\"", 1)]
    [InlineData("a=\"\\ud800\"", 1)]
    [InlineData("a=\"\\U00110000\"", 1)]
    [InlineData("a=\"\\ \"", 1)]
    [InlineData("a=\"\"\"\\ x\"\"\"", 1)]
    [InlineData("a=x", 1)]
    [InlineData("a=\"x\"y", 1)]
    [InlineData("a='''x'''''''", 1)]
    // table
    [InlineData("[]", 1)]
    [InlineData("[a", 1)]
    [InlineData("[a\n]", 1)]
    [InlineData("[a]]", 1)]
    [InlineData("[[a]", 1)]
    [InlineData("[ [a]]", 1)]
    [InlineData("[[a] ]", 1)]
    [InlineData("[a.]", 1)]
    [InlineData("[a]b=1", 1)]
    [InlineData("[a]\n[a]", 2)]
    [InlineData("[a]\nb=1\n[a.b]", 3)]
    [InlineData("[[a]]\n[a]", 2)]
    [InlineData("[a]\n[[a]]", 2)]
    [InlineData("[a.b]\n[[a]]", 2)]
    [InlineData("[a]\nb.c=1\n[a.b]", 3)]
    [InlineData("[a.b.c]\n[a]\nb.c.d=1", 3)]
    [InlineData("a.b=1\n[a]", 2)]
    [InlineData("[a b]", 1)]
    [InlineData("[a#b]", 1)]
    public void Invalid_documents_are_refused_with_their_line(string text, int line)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read(text)).Problem;
        Assert.Equal("EG-FILE-SYNTAX", problem.Code);
        Assert.StartsWith($"t.toml:{line}:", problem.Location.Text, StringComparison.Ordinal);
    }
}
