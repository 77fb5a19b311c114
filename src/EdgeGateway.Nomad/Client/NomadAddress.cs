using System.Text;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Client;

/// <summary>One place where Nomad's API may answer. A path in it is ignored, user info becomes basic auth (dynamic-config §2.1).</summary>
/// <param name="BaseUri">Scheme, host and port that requests name; for a socket <c>http://127.0.0.1</c> as the official client does.</param>
/// <param name="SocketPath">Path of the unix socket, or null.</param>
/// <param name="BasicAuthorization">Value of the Authorization header, or null. Never logged.</param>
/// <param name="Text">The address for messages, without user info.</param>
internal sealed record NomadAddress(Uri BaseUri, string? SocketPath, string? BasicAuthorization, string Text)
{
    /// <summary>Parses a comma list.</summary>
    /// <exception cref="ConfigurationException">EG-NOMAD-ADDRESS: an element is not an http, https or unix address.</exception>
    public static IReadOnlyList<NomadAddress> ParseList(string text, string source)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? throw Wrong(text, source) : [.. parts.Select(part => Parse(part, source)).DistinctBy(a => a.Text)];
    }

    private static NomadAddress Parse(string text, string source)
    {
        const string unix = "unix://";
        if (text.StartsWith(unix, StringComparison.OrdinalIgnoreCase))
        {
            return text.Length > unix.Length
                ? new NomadAddress(new Uri("http://127.0.0.1"), text[unix.Length..], null, text)
                : throw Wrong(text, source);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Scheme is not ("http" or "https"))
        {
            throw Wrong(text, source);
        }

        var root = new Uri(uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        var basic = uri.UserInfo.Length == 0
            ? null
            : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials(uri.UserInfo)));
        return new NomadAddress(root, null, basic, root.GetLeftPart(UriPartial.Authority));
    }

    private static string Credentials(string userInfo)
    {
        // Unescaped apart: an escaped colon belongs to the name or to the password.
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? Uri.UnescapeDataString(userInfo) + ":"
            : Uri.UnescapeDataString(userInfo[..colon]) + ":" + Uri.UnescapeDataString(userInfo[(colon + 1)..]);
    }

    private static ConfigurationException Wrong(string text, string source)
    {
        var at = text.LastIndexOf('@');
        var shown = at < 0 ? text : text[(at + 1)..];
        return new(new ConfigurationProblem(
            "EG-NOMAD-ADDRESS", ProblemSeverity.Error, new SourceLocation(source),
            $"Nomad address \"{shown}\" is not usable: give http://host:4646, https://host:4646 or unix:///path/api.sock"));
    }
}
