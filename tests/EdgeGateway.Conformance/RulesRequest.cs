using System.Net;
using System.Text.Json;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Conformance;

/// <summary>A request of the corpus as rules see it, made with the gateway's own reading of targets and hosts.</summary>
internal sealed class RulesRequest : HttpRequestView
{
    private readonly List<(string Name, string Value)> _headers = [];

    private RulesRequest(string method, string host, string remoteAddress)
    {
        Method = method.Length == 0 ? "GET" : method;
        CanonicalHost = HostName.Canonical(host);
        PeerAddress = Peer(remoteAddress);
    }

    public override string CanonicalHost { get; }

    public override string RoutingPath => Path;

    public override string Method { get; }

    public override IPAddress? PeerAddress { get; }

    public override string RawQuery => Query;

    private string Path { get; init; } = "";

    private string Query { get; init; } = "";

    /// <summary>A request of rules-http.json: a URL, headers as a map.</summary>
    public static RulesRequest FromUrl(JsonElement request)
    {
        var url = request.Text("url");
        var host = request.Text("host");
        if (request.Text("rawRequest") is { Length: > 0 } raw)
        {
            url = raw.Split(' ')[1];
        }
        else if (url.Contains("://", StringComparison.Ordinal))
        {
            // These requests never were on a wire: the host is given apart.
            var path = url.IndexOfAny(['/', '?'], url.IndexOf("://", StringComparison.Ordinal) + 3);
            url = path < 0 ? "/" : url[path] == '?' ? "/" + url[path..] : url[path..];
        }

        var result = Read(request, url, host, out var fault);
        Assert.Equal(TargetFault.None, fault);
        foreach (var header in request.TryGetProperty("headers", out var headers) ? headers.EnumerateObject() : default)
        {
            result!._headers.AddRange(header.Value.EnumerateArray().Select(value => (header.Name, value.GetString()!)));
        }

        return result!;
    }

    /// <summary>A request of rules-http-extra.json: a raw target, headers as pairs. Null when the target is refused.</summary>
    public static RulesRequest? FromTarget(JsonElement request)
    {
        var result = Read(request, request.Text("target"), request.Text("host"), out _);
        foreach (var pair in request.Items("headers"))
        {
            // The HTTP engine removes the blanks around a value.
            result?._headers.Add((pair[0].GetString()!, pair[1].GetString()!.Trim()));
        }

        return result;
    }

    public override int CountHeader(string name) => _headers.Count(header => Is(header.Name, name));

    public override string GetHeader(string name, int index) => _headers.Where(header => Is(header.Name, name)).ElementAt(index).Value;

    private static bool Is(string header, string name) =>
        header.Equals(name, StringComparison.OrdinalIgnoreCase) && !header.Equals("Host", StringComparison.OrdinalIgnoreCase);

    private static RulesRequest? Read(JsonElement request, string target, string host, out TargetFault fault)
    {
        var method = request.Text("method");
        fault = RequestTargetParser.Parse(target, method, new TargetOptions(Sanitize: true, EncodeSemicolons: false), out var parsed, out var authority);
        return fault != TargetFault.None ? null : new RulesRequest(method, authority ?? host.Trim(), request.Text("remoteAddr"))
        {
            Path = Proxy.Routing.RoutingPath.From(parsed.EscapedPath, parsed.Text),
            Query = parsed.Query.ToString(),
        };
    }

    private static IPAddress? Peer(string text)
    {
        var colon = text.LastIndexOf(':');
        var address = text.StartsWith('[') ? text[1..text.IndexOf(']')] : colon >= 0 && text.IndexOf(':') == colon ? text[..colon] : text;
        return IPAddress.TryParse(address, out var parsed) ? parsed : null;
    }
}
