using System.Net;
using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Http;

/// <summary><c>HostRegexp</c>: also tried on the flattened name, which is empty here (dynamic-config §4.2).</summary>
internal sealed class HostRegexpPredicate(GoRegex regex) : HttpPredicate
{
    private readonly bool _matchesEmpty = regex.IsMatch("");

    public override bool Matches(HttpRequestView request) => _matchesEmpty || regex.IsMatch(request.CanonicalHost);
}

/// <summary><c>Path</c>.</summary>
internal sealed class PathPredicate(string path) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) => string.Equals(request.RoutingPath, path, StringComparison.Ordinal);
}

/// <summary><c>PathPrefix</c>: plain text, no segment boundary.</summary>
internal sealed class PathPrefixPredicate(string prefix) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) => request.RoutingPath.StartsWith(prefix, StringComparison.Ordinal);
}

/// <summary><c>PathRegexp</c>.</summary>
internal sealed class PathRegexpPredicate(GoRegex regex) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) => regex.IsMatch(request.RoutingPath);
}

/// <summary><c>Method</c>.</summary>
internal sealed class MethodPredicate(string method) : HttpPredicate
{
    private readonly string _method = method.ToUpperInvariant();

    public override bool Matches(HttpRequestView request) => string.Equals(request.Method, _method, StringComparison.Ordinal);
}

/// <summary><c>Header</c>: one whole value is equal.</summary>
internal sealed class HeaderPredicate(string name, string value) : HttpPredicate
{
    public override bool Matches(HttpRequestView request)
    {
        for (var i = request.CountHeader(name) - 1; i >= 0; i--)
        {
            if (string.Equals(request.GetHeader(name, i), value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>HeaderRegexp</c>: found in one value.</summary>
internal sealed class HeaderRegexpPredicate(string name, GoRegex regex) : HttpPredicate
{
    public override bool Matches(HttpRequestView request)
    {
        for (var i = request.CountHeader(name) - 1; i >= 0; i--)
        {
            if (regex.IsMatch(request.GetHeader(name, i)))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>Query</c>: one value of the key is equal.</summary>
internal sealed class QueryPredicate(string key, string value) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) =>
        QueryReader.Any(request.RawQuery, key, value, static (found, wanted) => found.SequenceEqual(wanted));
}

/// <summary><c>QueryRegexp</c>: found in one value of the key.</summary>
internal sealed class QueryRegexpPredicate(string key, GoRegex regex) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) =>
        QueryReader.Any(request.RawQuery, key, regex, static (found, wanted) => wanted.IsMatch(found));
}

/// <summary><c>ClientIP</c>: the connection's peer.</summary>
internal sealed class ClientIPPredicate(IPNetwork network) : HttpPredicate
{
    public override bool Matches(HttpRequestView request)
    {
        var address = request.PeerAddress;
        if (address is null)
        {
            return false;
        }

        // IPv4-mapped equals IPv4; a network holds addresses of its own family only.
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == network.BaseAddress.AddressFamily && network.Contains(address);
    }
}
