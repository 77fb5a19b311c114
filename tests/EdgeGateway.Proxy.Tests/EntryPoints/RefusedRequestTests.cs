using Xunit;

namespace EdgeGateway.Proxy.Tests.EntryPoints;

/// <summary>Requests that never reach a handler; expected answers are those of the e2e scenarios forwarding and paths.</summary>
public sealed class RefusedRequestTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header")]
    [InlineData("GET http://p.test/abs HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header")]
    [InlineData("GET / HTTP/1.1\r\nHost: p.test\r\nHost: p.test\r\n\r\n", "400 Bad Request")]
    [InlineData("GET / HTTP/1.1\r\nHost: p.test, q.test\r\n\r\n", "400 Bad Request: malformed Host header")]
    [InlineData("GET / HTTP/1.1\r\nHost: p.test/x\r\n\r\n", "400 Bad Request: malformed Host header")]
    [InlineData("GET / HTTP/1.1\r\nHost: p.test x\r\n\r\n", "400 Bad Request: malformed Host header")]
    [InlineData("GET / HTTP/1.1\r\nHost: u@p.test\r\n\r\n", "400 Bad Request: malformed Host header")]
    [InlineData("GET / HTTP/1.1\r\nHost: nolabel.<no value>.test\r\n\r\n", "400 Bad Request: malformed Host header")]
    [InlineData("GET / HTTP/1.1\r\nHost: f\r\nX-A : 1\r\n\r\n", "400 Bad Request: invalid header name")]
    [InlineData("GET / HTTP/1.1\r\nHost: f\r\nX A: 1\r\n\r\n", "400 Bad Request: invalid header name")]
    [InlineData("POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400 Bad Request: invalid header name")]
    [InlineData("GET / HTTP/1.1\r\nHost: f\r\n: 1\r\n\r\n", "400 Bad Request")]
    [InlineData("GET / HTTP/1.1\r\nHost: f\r\nabc\r\n\r\n", "400 Bad Request")]
    [InlineData("GET / HTTP/1.1\r\nHost: f\r\nX-A: a\0b\r\n\r\n", "400 Bad Request")]
    [InlineData("GET / HTTP/1.1\r\nHost: f\r\nX-A: a\rb\r\n\r\n", "400 Bad Request")]
    [InlineData("GE(T / HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET / HTTP/2.0\r\nHost: f\r\n\r\n", "505 HTTP Version Not Supported: unsupported protocol version")]
    [InlineData("GET /\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET / http/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET foo HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET  HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a b HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a%2 HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a%zz HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a% HTTP/1.1\r\nHost: f\r\n\r\n", "400 Bad Request")]
    [InlineData("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "400 Bad Request")]
    [InlineData("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 2, 2\r\n\r\nab", "400 Bad Request")]
    [InlineData("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: -1\r\n\r\n", "400 Bad Request")]
    [InlineData("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: x\r\n\r\n", "400 Bad Request")]
    public async Task A_malformed_request_gets_the_answer_that_clients_of_Traefik_see(string request, string expected) =>
        await AssertAnswerAsync(request, expected, expected);

    [Theory]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    public async Task A_transfer_coding_other_than_chunked_is_not_implemented(string rest) =>
        await AssertAnswerAsync("POST / HTTP/1.1\r\nHost: f\r\n" + rest, "501 Not Implemented", "Unsupported transfer encoding");

    [Fact]
    public async Task A_head_above_the_limit_is_431()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "x"),
            new Configuration.Static.EntryPointConfig { Http = new() { MaxHeaderBytes = 8192 } });

        Assert.StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n",
            await running.ExchangeAsync("GET / HTTP/1.1\r\nHost: f\r\nX-Big: " + new string('b', 20000) + "\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n",
            await running.ExchangeAsync("GET /" + new string('b', 20000) + " HTTP/1.1\r\nHost: f\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_request_before_a_bad_one_keeps_its_answer()
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "fine"));

        var answers = await running.ExchangeAsync("GET / HTTP/1.1\r\nHost: f\r\n\r\nGET / HTTP/1.1\r\n\r\n");

        Assert.Contains("\r\n\r\nfineHTTP/1.1 400 Bad Request: missing required Host header\r\n", answers, StringComparison.Ordinal);
    }

    private static async Task AssertAnswerAsync(string request, string status, string body)
    {
        await using var running = await RunningEntryPoint.StartAsync(context => RunningEntryPoint.Answer(context, "handler"));

        Assert.Equal($"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n{body}",
            await running.ExchangeAsync(request));
    }
}
