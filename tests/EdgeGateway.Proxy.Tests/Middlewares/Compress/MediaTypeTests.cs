using EdgeGateway.Proxy.Middlewares.Compress;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Compress;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("text/html", "text/html")]
    [InlineData(" Text/HTML ; charset = utf-8", "Text/HTML")]
    [InlineData("a/b;x=\"q\\\";z\";y=1", "a/b")]
    [InlineData("attachment", "attachment")]
    [InlineData("a/b;", "a/b")]
    [InlineData("a/b; x=1 ; ", "a/b")]
    [InlineData("a/b;x=1;X=2", null)]
    [InlineData("a/b;x", null)]
    [InlineData("a/b;x=", null)]
    [InlineData("a/b;x=\"open", null)]
    [InlineData("a/b c", null)]
    [InlineData("a/", null)]
    [InlineData("a/b/c", null)]
    [InlineData("", null)]
    public void A_type_is_read_without_its_parameters(string value, string? expected)
    {
        Assert.Equal(expected is not null, MediaType.TryParse(value, out var type));
        if (expected is not null)
        {
            Assert.Equal(expected, type.ToString());
        }
    }
}
