using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Finds requests that come back to this gateway again and again (design: the third time is answered 508). A gateway already leaves
/// its name in X-Forwarded-Server, so the first pass costs no header: only a request that arrives with that header gets
/// <see cref="HeaderName"/>, the list of gateways it passed. Loops over several gateways are found, too, since each appends itself.
/// </summary>
/// <param name="serverName">Machine name, as in X-Forwarded-Server.</param>
internal sealed class LoopGuard(string serverName)
{
    /// <summary>Names of the gateways passed, first to last.</summary>
    public const string HeaderName = "X-Edge-Passed";

    // Design: a request that passes us for the third time.
    private const int PassesAllowed = 2;

    /// <summary>Notes this pass; false when the request has come too often. To be called before forwarded headers are removed.</summary>
    public bool Pass(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(ForwardedHeaderNames.Server, out var server) || StringValues.IsNullOrEmpty(server))
        {
            return true;
        }

        var passed = headers.TryGetValue(HeaderName, out var lines) ? string.Join(", ", (string?[])lines!) : server.ToString();
        var passes = 0;
        foreach (var range in passed.AsSpan().Split(','))
        {
            if (passed.AsSpan(range).Trim(' ').Equals(serverName, StringComparison.OrdinalIgnoreCase))
            {
                passes++;
            }
        }

        if (passes >= PassesAllowed)
        {
            return false;
        }

        headers[HeaderName] = $"{passed}, {serverName}";
        return true;
    }
}
