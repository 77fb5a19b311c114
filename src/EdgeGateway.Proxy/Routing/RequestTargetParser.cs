namespace EdgeGateway.Proxy.Routing;

/// <summary>Why a request target is refused.</summary>
internal enum TargetFault
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>No form of RFC 9112 §3.2, or a bad escape: 400 as of a failed parse, the connection ends.</summary>
    Malformed,

    /// <summary>A raw <c>#</c> in the path: bare 400.</summary>
    Fragment,
}

/// <summary>How an entry point treats targets.</summary>
/// <param name="Sanitize">Resolve <c>.</c>, <c>..</c>, <c>//</c>.</param>
/// <param name="EncodeSemicolons"><c>;</c> in the query becomes <c>%3B</c>; else <c>&amp;</c>.</param>
internal readonly record struct TargetOptions(bool Sanitize, bool EncodeSemicolons);

/// <summary>
/// Reads a raw request target in the order of dynamic-config §4.4: form, escapes, fragment, normalising, sanitising, semicolons. A target
/// that needs no change costs two scans and keeps its string.
/// </summary>
internal static class RequestTargetParser
{
    /// <summary>Reads a target.</summary>
    /// <param name="raw">As in the request line.</param>
    /// <param name="method">CONNECT takes the authority form.</param>
    /// <param name="options">Entry-point options.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="authority">Host of an absolute or authority form without user information; null when the Host header counts.</param>
    public static TargetFault Parse(string raw, string method, TargetOptions options, out RequestTarget target, out string? authority)
    {
        authority = null;
        target = default;
        var text = raw;
        if (raw.Length == 0)
        {
            return TargetFault.Malformed;
        }

        if (raw[0] != '/')
        {
            if (method == "CONNECT")
            {
                target = new("", 0);
                authority = raw;
                return TargetFault.None;
            }

            if (raw != "*")
            {
                if (!TryAbsolute(raw, out text, out authority))
                {
                    return TargetFault.Malformed;
                }
            }
        }

        return Normalize(text, options, out target);
    }

    private static TargetFault Normalize(string text, TargetOptions options, out RequestTarget target)
    {
        target = default;
        var special = EscapedPath.IndexOfSpecial(text);
        var question = special < 0 ? -1 : text.IndexOf('?', special);
        var pathLength = question < 0 ? text.Length : question;
        target = new(text, pathLength);

        if (special >= 0 && special < pathLength)
        {
            var path = text.AsSpan(0, pathLength);
            if (!EscapedPath.HasValidEscapes(path))
            {
                return TargetFault.Malformed;
            }

            if (path.IndexOf('#') >= 0)
            {
                return TargetFault.Fragment;
            }

            var normal = EscapedPath.Normalize(path);
            if (!path.SequenceEqual(normal))
            {
                target = target.WithPath(normal);
            }
        }

        // An empty path is cleaned to an empty one; only slashes and dots can make a difference.
        if (options.Sanitize && target.PathLength > 1 && target.EscapedPath[0] == '/' && !EscapedPath.IsClean(target.EscapedPath))
        {
            target = target.WithPath(EscapedPath.Clean(target.EscapedPath));
        }

        if (question >= 0 && target.Query.IndexOf(';') >= 0)
        {
            var query = target.Query.ToString().Replace(";", options.EncodeSemicolons ? "%3B" : "&", StringComparison.Ordinal);
            target = new(string.Concat(target.EscapedPath, "?", query), target.PathLength);
        }

        return TargetFault.None;
    }

    private static bool TryAbsolute(string raw, out string text, out string? authority)
    {
        text = "";
        authority = null;
        var question = raw.IndexOf('?', StringComparison.Ordinal);
        var beforeQuery = question < 0 ? raw.Length : question;
        var scheme = raw.AsSpan(0, beforeQuery).IndexOf("://");
        if (scheme <= 0 || !char.IsAsciiLetter(raw[0]))
        {
            return false;
        }

        foreach (var c in raw.AsSpan(0, scheme))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        var start = scheme + 3;
        var slash = raw.AsSpan(start, beforeQuery - start).IndexOf('/');
        var end = slash < 0 ? beforeQuery : start + slash;
        var host = raw.AsSpan(start, end - start);
        host = host[(host.LastIndexOf('@') + 1)..];
        authority = host.IsEmpty ? null : host.ToString();
        text = raw[end..];
        return true;
    }
}
