using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Middlewares.ForwardAuth;

/// <summary>Where an authentication server sends clients.</summary>
internal static class AuthRedirect
{
    /// <summary>A Location relative to the authentication server's address; one that is no URL stays as it is.</summary>
    public static string Resolve(Uri address, string location) =>
        Uri.TryCreate(location, UriKind.Absolute, out var absolute) && !absolute.IsFile ? location
        : Uri.TryCreate(address, location, out var resolved) ? resolved.AbsoluteUri
        : location;

    /// <summary>The sign-in page: absolute as configured, or relative to the request's path (Go's http.Redirect).</summary>
    public static string SignIn(string url, RequestTarget target)
    {
        if (url.StartsWith('/') || (url.IndexOf("://", StringComparison.Ordinal) is > 0 and var colon && !url.AsSpan(0, colon).ContainsAny('/', '?')))
        {
            return url;
        }

        var path = target.EscapedPath;
        return string.Concat(path[..(path.LastIndexOf('/') + 1)], url);
    }
}
