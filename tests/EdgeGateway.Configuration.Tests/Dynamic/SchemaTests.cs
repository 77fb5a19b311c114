using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Dynamic;

/// <summary>
/// The whole schema, option by option, against a list that was checked by hand with the reference of Traefik v3.7.9: path, kind,
/// default, and who cannot set it. A new or changed option is a changed line.
/// </summary>
public sealed class SchemaTests
{
    private static readonly string List = Path.Combine(AppContext.BaseDirectory, "Dynamic", "schema.txt");

    [Fact]
    public void The_schema_is_the_listed_one()
    {
        var actual = new StringBuilder();
        foreach (var option in DynamicConfiguration.Type.Describe(""))
        {
            actual.Append(option.Path).Append(' ').Append(option.Kind);
            if (option.Default is { } value)
            {
                actual.Append(" = ").Append(value);
            }

            if (option.Options != FieldOptions.None)
            {
                actual.Append(" (").Append(option.Options).Append(')');
            }

            actual.Append('\n');
        }

        var expected = File.ReadAllText(List);
        Assert.Equal(expected.Split('\n'), actual.ToString().Split('\n'));
    }
}
