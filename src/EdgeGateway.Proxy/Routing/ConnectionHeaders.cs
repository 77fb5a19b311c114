using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Routing;

/// <summary>Hop-by-hop headers of requests (RFC 9110 §7.6.1; runtime-behaviour §1.3 and §1.4 step 3).</summary>
internal static class ConnectionHeaders
{
    /// <summary>
    /// Deletes what the Connection header names, except forwarded headers and those that the entry point lets through to the
    /// middlewares, and rewrites Connection to what is left, <c>Upgrade</c> included.
    /// </summary>
    /// <param name="headers">Request headers.</param>
    /// <param name="passed">Names of <c>forwardedHeaders.connection</c>; compared ignoring case.</param>
    public static void CleanAtEntry(IHeaderDictionary headers, FrozenSet<string> passed)
    {
        var connection = headers.Connection;
        if (connection.Count == 0)
        {
            return;
        }

        var upgrade = UpgradeOf(headers, connection);
        List<string>? survivors = null;
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var name = line.AsSpan(range).Trim(" \t");
                if (name.IsEmpty || ForwardedHeaderNames.IsManaged(name) || IsMessageFraming(name))
                {
                    continue;
                }

                if (passed.Count > 0 && passed.TryGetValue(name.ToString(), out var canonical))
                {
                    (survivors ??= []).Add(canonical);
                }
                else if (!IsConnectionOption(name))
                {
                    headers.Remove(name.ToString());
                }
            }
        }

        if (upgrade is not null)
        {
            headers.Upgrade = upgrade;
        }
        else
        {
            // Named without a value, or not named: it goes with the hop.
            if (HasToken(connection, "upgrade"))
            {
                headers.Remove("Upgrade");
            }
        }

        headers.Connection = (survivors, upgrade) switch
        {
            (null, null) => default,
            (null, _) => "Upgrade",
            _ => string.Join(',', upgrade is null ? survivors! : survivors!.Append("Upgrade")),
        };
    }

    /// <summary>
    /// Removes all that belongs to the client's connection; <c>TE: trailers</c> and an upgrade are put back. Done when the service is
    /// called, so that nothing a middleware added slips through; doing it twice changes nothing.
    /// </summary>
    public static void RemoveHopByHop(IHeaderDictionary headers)
    {
        var connection = headers.Connection;
        string? upgrade = null;
        if (connection.Count > 0)
        {
            upgrade = UpgradeOf(headers, connection);
            foreach (var line in connection)
            {
                foreach (var range in line.AsSpan().Split(','))
                {
                    var name = line.AsSpan(range).Trim(" \t");
                    if (!name.IsEmpty && !IsMessageFraming(name) && !IsConnectionOption(name))
                    {
                        headers.Remove(name.ToString());
                    }
                }
            }

            headers.Connection = upgrade is null ? default(StringValues) : "Upgrade";
        }

        if (headers.Upgrade.Count > 0)
        {
            headers.Upgrade = upgrade ?? default(StringValues);
        }

        var te = headers.TE;
        if (te.Count > 0)
        {
            headers.TE = HasToken(te, "trailers") ? "trailers" : default(StringValues);
        }

        headers.Remove("Keep-Alive");
        headers.Remove("Proxy-Connection");
        headers.Remove("Proxy-Authenticate");
        headers.Remove("Proxy-Authorization");
        headers.Remove("Trailer");
        headers.Remove("Transfer-Encoding");
    }

    /// <summary>True when a comma list has exactly this element, ignoring case.</summary>
    public static bool HasToken(ReadOnlySpan<char> list, ReadOnlySpan<char> token)
    {
        foreach (var range in list.Split(','))
        {
            if (list[range].Trim(" \t").Equals(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasToken(StringValues lines, ReadOnlySpan<char> token)
    {
        foreach (var line in lines)
        {
            if (HasToken(line.AsSpan(), token))
            {
                return true;
            }
        }

        return false;
    }

    private static string? UpgradeOf(IHeaderDictionary headers, StringValues connection) =>
        headers.Upgrade is { Count: > 0 } upgrade && !string.IsNullOrEmpty(upgrade[0]) && HasToken(connection, "upgrade") ? upgrade[0] : null;

    // keep-alive and close are options, not header names; skipping them saves the text of a header that was never there.
    // (A header of the name Keep-Alive is removed anyway.)
    private static bool IsConnectionOption(ReadOnlySpan<char> name) =>
        name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("close", StringComparison.OrdinalIgnoreCase)
        || name.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    // Go keeps these outside the header map, so that a Connection header cannot take them away.
    private static bool IsMessageFraming(ReadOnlySpan<char> name) =>
        name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
}
