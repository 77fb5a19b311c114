using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Sources;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Files.Toml;

/// <summary>TOML 1.0, section by section of https://toml.io/en/v1.0.0; its own corpus comes with the file provider.</summary>
public sealed class TomlReaderTests
{
    private static TomlTable Read(string text) => TomlReader.Read(text, "t.toml");

    private static TomlScalar Value(string text) => (TomlScalar)Read("x = " + text).Entries[0].Value;

    private static string Show(TomlValue value) => value switch
    {
        TomlTable table => "{" + string.Join(",", table.Entries.Select(static e => $"{e.Key}:{Show(e.Value)}")) + "}",
        TomlArray array => "[" + string.Join(",", array.Items.Select(Show)) + "]",
        TomlScalar scalar => scalar.Text,
        _ => "?",
    };

    [Theory]
    [InlineData("a = 1\n'b c' = 2\n\"\" = 3", "{a:1,b c:2,:3}")]
    [InlineData("a.b.c = 1\na.b.d = 2", "{a:{b:{c:1,d:2}}}")]
    [InlineData("a . \"b\" = 1 # comment", "{a:{b:1}}")]
    [InlineData("3.14 = 1\n1_-a = 2", "{3:{14:1},1_-a:2}")]
    [InlineData("[a.b]\nx=1\n[a]\ny=2", "{a:{b:{x:1},y:2}}")]
    [InlineData("[ a . b ]\r\nx=1", "{a:{b:{x:1}}}")]
    [InlineData("[fruit]\napple.color=1\napple.taste.sweet=true\n[fruit.apple.texture]\nsmooth=true", "{fruit:{apple:{color:1,taste:{sweet:true},texture:{smooth:true}}}}")]
    [InlineData("[[a]]\nx=1\n[[a]]\nx=2\n[a.b]\ny=3\n[[a.c]]\n[[a.c]]\nz=4", "{a:[{x:1},{x:2,b:{y:3},c:[{},{z:4}]}]}")]
    [InlineData("x = [1,\n 2, # two\n [3, 'a',],\n]", "{x:[1,2,[3,a]]}")]
    [InlineData("x = { a = 1, b.c = [2], b.d = {} }", "{x:{a:1,b:{c:[2],d:{}}}}")]
    [InlineData("[a.b.c]\nz=1\n[a]\nb.x=2", "{a:{b:{c:{z:1},x:2}}}")]
    [InlineData("", "{}")]
    [InlineData("# only a comment", "{}")]
    public void Documents_are_read(string text, string expected) => Assert.Equal(expected, Show(Read(text)));

    [Theory]
    [InlineData("\"a\\tb\\u00e9\\U0001F600\\\\\"", "a\tbé😀\\")]
    [InlineData("'a\\n'", "a\\n")]
    [InlineData("\"\"\"\na\nb\"\"\"", "a\nb")]
    [InlineData("\"\"\"a\r\nb\"\"\"", "a\nb")]
    [InlineData("\"\"\"a \\  \n\n   b\"\"\"", "a b")]
    [InlineData("\"\"\"\"a\"\"\"\"\"", "\"a\"\"")]
    [InlineData("'''a'b''c'''", "a'b''c")]
    [InlineData("''''a'''''", "'a''")]
    [InlineData("\"\"", "")]
    [InlineData("\"\"\"\"\"\"", "")]
    public void Strings_are_read(string text, string expected) =>
        Assert.Equal((TomlScalarKind.String, expected), (Value(text).Kind, Value(text).Text));

    [Theory]
    [InlineData("+99", TomlScalarKind.Integer, "99")]
    [InlineData("-1_000", TomlScalarKind.Integer, "-1000")]
    [InlineData("-0", TomlScalarKind.Integer, "0")]
    [InlineData("0xDEAD_beef", TomlScalarKind.Integer, "3735928559")]
    [InlineData("0o755", TomlScalarKind.Integer, "493")]
    [InlineData("0b1101", TomlScalarKind.Integer, "13")]
    [InlineData("9223372036854775807", TomlScalarKind.Integer, "9223372036854775807")]
    [InlineData("-9223372036854775808", TomlScalarKind.Integer, "-9223372036854775808")]
    [InlineData("3.1_4", TomlScalarKind.Float, "3.14")]
    [InlineData("-2E-2", TomlScalarKind.Float, "-2E-2")]
    [InlineData("6.626e-34", TomlScalarKind.Float, "6.626e-34")]
    [InlineData("1e06", TomlScalarKind.Float, "1e06")]
    [InlineData("-inf", TomlScalarKind.Float, "-inf")]
    [InlineData("+nan", TomlScalarKind.Float, "nan")]
    [InlineData("true", TomlScalarKind.Boolean, "true")]
    [InlineData("1979-05-27T07:32:00Z", TomlScalarKind.OffsetDateTime, "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27 00:32:00.999-07:00", TomlScalarKind.OffsetDateTime, "1979-05-27 00:32:00.999-07:00")]
    [InlineData("1979-05-27t07:32:00", TomlScalarKind.LocalDateTime, "1979-05-27t07:32:00")]
    [InlineData("2000-02-29", TomlScalarKind.LocalDate, "2000-02-29")]
    [InlineData("07:32:00.5", TomlScalarKind.LocalTime, "07:32:00.5")]
    public void Other_values_are_read(string text, object kind, string expected) =>
        Assert.Equal((kind, expected), ((object)Value(text).Kind, Value(text).Text));

    [Theory]
    [InlineData("a = 1\na = 2", 2, 1)]
    [InlineData("a = 1\n[a]", 2, 2)]
    [InlineData("[a]\n[a]", 2, 2)]
    [InlineData("[a]\nb=1\n[a.b]", 3, 4)]
    [InlineData("a = {x=1}\n[a.b]", 2, 2)]
    [InlineData("a = {x=1}\na.y = 2", 2, 1)]
    [InlineData("a = [{x=1}]\n[[a]]", 2, 3)]
    [InlineData("[[a]]\n[a]", 2, 2)]
    [InlineData("[a.b]\n[[a]]", 2, 3)]
    [InlineData("[fruit]\napple.x=1\n[fruit.apple]", 3, 8)]
    [InlineData("[a.b.c]\nz=9\n[a]\nb.c.t=1", 4, 3)]
    [InlineData("[[a.b]]\n[a]\nb.y=2", 3, 1)]
    [InlineData("[a]\nb.c=1\n[a.d]\n[a.b]", 4, 4)]
    [InlineData("a = 1 b = 2", 1, 7)]
    [InlineData("a", 1, 2)]
    [InlineData("= 1", 1, 1)]
    [InlineData("a = ", 1, 5)]
    [InlineData("a = 01", 1, 5)]
    [InlineData("a = 1__0", 1, 5)]
    [InlineData("a = _1", 1, 5)]
    [InlineData("a = 1.", 1, 5)]
    [InlineData("a = .5", 1, 5)]
    [InlineData("a = +0x1", 1, 5)]
    [InlineData("a = 0x_1", 1, 5)]
    [InlineData("a = 9223372036854775808", 1, 5)]
    [InlineData("a = 2001-02-29", 1, 5)]
    [InlineData("a = 07:32", 1, 5)]
    [InlineData("a = 25:00:00", 1, 5)]
    [InlineData("a = True", 1, 5)]
    [InlineData("a = \"x\ny\"", 1, 5)]
    [InlineData("a = \"\\q\"", 1, 6)]
    [InlineData("a = \"\\uD800\"", 1, 6)]
    [InlineData("a = '''x", 1, 5)]
    [InlineData("a = {x=1,}", 1, 10)]
    [InlineData("a = {x=1\n}", 1, 9)]
    [InlineData("a = [1 2]", 1, 8)]
    [InlineData("a = [1", 1, 7)]
    [InlineData("[a", 1, 3)]
    [InlineData("[a] b", 1, 5)]
    [InlineData("[ [a] ]", 1, 3)]
    [InlineData("a = 1\r", 1, 6)]
    [InlineData("# \u0001", 1, 3)]
    [InlineData("a = '\u007f'", 1, 6)]
    [InlineData("\"\"\"a\"\"\" = 1", 1, 3)]
    [InlineData("a.\n", 1, 3)]
    public void Faults_are_refused_with_their_place(string text, int line, int column)
    {
        var problem = Assert.Throws<ConfigurationException>(() => Read(text)).Problem;
        Assert.Equal(("EG-FILE-SYNTAX", $"t.toml:{line}:{column}"), (problem.Code, problem.Location.Text));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{x=", "}")]
    public void Deep_nesting_is_an_error_and_not_the_end_of_the_stack(string open, string close)
    {
        string Nested(int depth) => "a = " + string.Concat(Enumerable.Repeat(open, depth)) + (open == "[" ? "" : "1") + string.Concat(Enumerable.Repeat(close, depth));
        Assert.Single(Read(Nested(50)).Entries);
        Assert.Throws<ConfigurationException>(() => Read(Nested(100_000)));
        Assert.Throws<ConfigurationException>(() => Read(string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1"));
    }

    [Fact]
    public void Two_names_that_differ_in_case_only_are_an_error_of_the_configuration_not_of_the_format()
    {
        Assert.Equal(2, Read("a=1\nA=2").Entries.Count);
        Assert.Equal("EG-FILE-DUPLICATE", Assert.Throws<ConfigurationException>(() => TomlNodes.Read("a=1\nA=2", "t.toml")).Problem.Code);
    }

    [Property(MaxTest = 2000)]
    public Property Any_text_is_read_or_refused_with_a_problem()
    {
        var piece = Gen.Elements(
            "a", "b.c", "[", "]", "[[", "]]", "{", "}", "=", ",", ".", "\"", "'", "\"\"\"", "'''", "\\", "\\u12", "\n", "\r\n", "\r", " ", "\t", "#", "1", "0x", "-",
            "+inf", "nan", "true", "1979-05-27", "T07:32:00", "Z", "_", "e", "é", "😀", "\0", "\ud800");
        return Prop.ForAll(piece.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                TomlNodes.Read(text, "t.toml");
            }
            catch (ConfigurationException)
            {
                // The only exception that may come out.
            }

            return true;
        });
    }

    [Property]
    public bool Any_string_comes_back_from_its_basic_form(NonNull<string> text)
    {
        // A lone surrogate is no Unicode text and cannot be written as an escape.
        if (text.Get.EnumerateRunes().Any(static r => r.Value == 0xFFFD))
        {
            return true;
        }

        var escaped = string.Concat(text.Get.EnumerateRunes().Select(static r => $"\\U{r.Value:X8}"));
        return Value($"\"{escaped}\"").Text == text.Get;
    }

    [Property]
    public bool Any_integer_comes_back_in_every_base(long number) =>
        Value(number.ToString()).Text == number.ToString()
        && (number < 0 || (Value($"0x{number:x}").Text == number.ToString() && Value("0o" + Convert.ToString(number, 8)).Text == number.ToString()
            && Value("0b" + Convert.ToString(number, 2)).Text == number.ToString()));
}
