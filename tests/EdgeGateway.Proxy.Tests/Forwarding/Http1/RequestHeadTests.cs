using System.Text;
using EdgeGateway.Proxy.Forwarding.Http1;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Tests.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding.Http1;

/// <summary>No text of a client or of the configuration can end a line of the head.</summary>
public sealed class RequestHeadTests
{
    [Theory]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a HTTP/1.1\r\nX: 1\r\n\r\nGET /b", "/a%20HTTP/1.1%0D%0AX:%201%0D%0A%0D%0AGET%20/b")]
    [InlineData("/a\0\t\u007f", "/a%00%09%7F")]
    [InlineData("", "/")]
    [InlineData("?q", "/?q")]
    [InlineData("/\u00e4", "/\u00e4")]
    public void A_target_stays_one_word(string target, string written) => Assert.StartsWith($"GET {written} HTTP/1.1\r\nHost: a.test\r\n", Write(target, "x"));

    [Theory]
    [InlineData("1\r\nX-Evil: 1", "1  X-Evil: 1")]
    [InlineData("1\n2\03", "1 2 3")]
    [InlineData("\u00e9\u20ac", "\u00e9?")]
    public void A_header_value_stays_one_line(string value, string written) => Assert.Contains($"\r\nX-A: {written}\r\n", Write("/", value));

    private static string Write(string target, string value)
    {
        var request = new TestRequest();
        var context = request.StartRouted();
        request.Request.Headers["X-A"] = value;
        context.Upstream.Target = target;
        Assert.True(Server.TryCreate(new() { Url = "http://10.0.0.1:80" }, new(), out var server, out _));
        OutgoingBuffer output = default;
        RequestHead.Write(ref output, context, server, passHost: true, BodyFraming.None, 0, null);
        var text = Encoding.Latin1.GetString(output.Written.Span);
        output.Return();
        return text;
    }
}
