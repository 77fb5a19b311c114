using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Proxy.Services;

/// <summary>A server's URL, read once. Only scheme and authority count, the path with <c>preservePath</c> (runtime-behaviour §1.3).</summary>
/// <param name="Scheme"><c>http</c>, <c>https</c> or <c>h2c</c>.</param>
/// <param name="Host">Host without brackets, lower case.</param>
/// <param name="Port">Port, the scheme's when none is written.</param>
/// <param name="Authority">Host and port as written, without user information.</param>
/// <param name="Path">Path in its escaped form.</param>
internal readonly record struct ServerUrl(string Scheme, string Host, int Port, string Authority, string Path)
{
    /// <summary>Reads a URL.</summary>
    public static bool TryParse(string? text, out ServerUrl url, [NotNullWhen(false)] out string? error)
    {
        url = default;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            error = $"the server URL \"{text}\" cannot be parsed";
            return false;
        }

        var scheme = uri.Scheme.ToLowerInvariant();
        if (scheme is not ("http" or "https" or "h2c"))
        {
            error = $"the server URL \"{text}\" has the scheme \"{scheme}\"; use http, https or h2c";
            return false;
        }

        error = null;
        var authority = text!.AsSpan()[(text!.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var end = authority.IndexOfAny("/?#");
        authority = end < 0 ? authority : authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..].Trim();
        var port = uri.Port > 0 ? uri.Port : scheme == "https" ? 443 : 80;
        url = new ServerUrl(scheme, uri.IdnHost.Trim('[', ']').ToLowerInvariant(), port, authority.ToString(), uri.AbsolutePath);
        return true;
    }
}
