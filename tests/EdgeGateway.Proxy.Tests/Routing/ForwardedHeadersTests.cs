using System.Collections.Frozen;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Routing;

public sealed class ForwardedHeadersTests
{
    public static TheoryData<ConformanceCase> RewriteCases => ConformanceCase.All("forwardedHeaders.json", "rewrite");

    public static TheoryData<ConformanceCase> WebSocketCases => ConformanceCase.All("forwardedHeaders.json", "websocketDetection");

    public static TheoryData<ConformanceCase> ConnectionCases => ConformanceCase.All("forwardedHeaders.json", "connection");

    [Fact]
    public void Every_suite_of_the_file_is_run() =>
        Assert.Equal(["rewrite", "websocketDetection", "connection"], ConformanceCase.Suites("forwardedHeaders.json"));

    [Theory]
    [MemberData(nameof(RewriteCases))]
    public void Headers_are_rewritten_as_in_the_corpus(ConformanceCase test)
    {
        var host = test.Text("request", "host");
        var request = new TestRequest(host: host);
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[name] = values;
        }

        if (test.Flag("request", "websocket"))
        {
            request.Request.Headers.Connection = "upgrade";
            request.Request.Headers.Upgrade = "websocket";
        }

        var address = test.Text("request", "remoteAddr");
        var peer = address.Length == 0 ? "192.0.2.77" : address[..address.LastIndexOf(':')];
        request.Connection = TestRequest.Peer(peer, 1234, test.Flag("request", "tls"));
        var context = request.StartRouted();

        Apply(context, host.Length == 0 ? "machine" : host, new()
        {
            Insecure = test.Flag("config", "insecure"),
            TrustedIPs = test.List("config", "trustedIPs").ToConfigList(),
            Connection = test.List("config", "connection").ToConfigList(),
        });

        foreach (var (name, values) in test.Headers("expect", "headers"))
        {
            // The corpus has requests without a peer; here there is always one, and it is named.
            var expected = name == "X-Real-Ip" && address.Length == 0 && values[0].Length == 0 ? peer : values[0];
            Assert.Equal(expected, request.Request.Headers[name].FirstOrDefault() ?? "");
        }
    }

    [Theory]
    [MemberData(nameof(WebSocketCases))]
    public void Websocket_handshakes_are_told_as_in_the_corpus(ConformanceCase test)
    {
        var headers = new HeaderDictionary { ["Connection"] = test.Text("request", "connection"), ["Upgrade"] = test.Text("request", "upgrade") };

        Assert.Equal(test.Flag("expect", "websocket"), ForwardedHeaders.IsWebSocket(headers));
    }

    [Theory]
    [MemberData(nameof(ConnectionCases))]
    public void What_connection_names_is_removed_as_in_the_corpus(ConformanceCase test)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            headers[name] = values;
        }

        ConnectionHeaders.CleanAtEntry(headers, test.List("config", "connection").ToFrozenSet(StringComparer.OrdinalIgnoreCase));

        Assert.Equal(
            test.Headers("expect", "headers").Select(static header => $"{header.Name}: {header.Values[0]}").Order(),
            headers.Select(static header => $"{header.Key}: {header.Value}").Order());
    }

    [Theory]
    [InlineData(null, "1.2.3.4")]
    [InlineData("", "1.2.3.4")]
    [InlineData("9.9.9.9", "9.9.9.9, 1.2.3.4")]
    public void The_peer_is_appended_when_the_service_is_called_and_only_once(string? prior, string expected)
    {
        var request = new TestRequest { Connection = TestRequest.Peer("1.2.3.4", 5) };
        if (prior is not null)
        {
            request.Request.Headers["X-Forwarded-For"] = prior;
        }

        var context = request.StartRouted();
        context.PrepareUpstream();
        context.PrepareUpstream();

        Assert.Equal(expected, request.Request.Headers["X-Forwarded-For"]);
    }

    [Theory]
    [InlineData("TE", "deflate, trailers", "trailers")]
    [InlineData("TE", "trailers;q=0.5", "")]
    [InlineData("Keep-Alive", "timeout=5", "")]
    [InlineData("Proxy-Connection", "keep-alive", "")]
    [InlineData("Proxy-Authorization", "Basic x", "")]
    [InlineData("Transfer-Encoding", "chunked", "")]
    [InlineData("Trailer", "X-T", "")]
    [InlineData("Upgrade", "foo", "")]
    [InlineData("Upgrade-Insecure-Requests", "1", "1")]
    public void Hop_by_hop_headers_end_here(string name, string value, string expected)
    {
        var headers = new HeaderDictionary { [name] = value };

        ConnectionHeaders.RemoveHopByHop(headers);

        Assert.Equal(expected, headers[name].ToString());
    }

    [Fact]
    public void An_upgrade_is_put_back_and_framing_headers_cannot_be_named_away()
    {
        var headers = new HeaderDictionary
        {
            ["Connection"] = "keep-alive, upgrade, Content-Length, X-Drop", ["Upgrade"] = "WebSocket", ContentLength = 5, ["X-Drop"] = "1",
        };

        ConnectionHeaders.CleanAtEntry(headers, []);
        ConnectionHeaders.RemoveHopByHop(headers);
        ConnectionHeaders.RemoveHopByHop(headers);

        Assert.Equal(["Connection: Upgrade", "Content-Length: 5", "Upgrade: WebSocket"], headers.Select(static header => $"{header.Key}: {header.Value}").Order());
    }

    private static void Apply(EdgeGateway.Proxy.Pipeline.GatewayContext context, string server, ForwardedHeadersConfig config)
    {
        Assert.True(ForwardedHeaders.TryCreate(config, server, out var forwarded, out var error), error);
        forwarded.Apply(context, context.CopyHeaders());
        ConnectionHeaders.CleanAtEntry(context.Http.Request.Headers, config.Connection.ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }
}
