using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Middlewares.Errors;

/// <summary><c>query</c> of <c>errors</c>: the target to ask the service of the pages for, with <c>{status}</c>, <c>{originalStatus}</c> and <c>{url}</c>.</summary>
internal sealed class ErrorPageQuery
{
    private static readonly RequestTarget Root = new("/", 1);

    private readonly string? _template;

    private ErrorPageQuery(string? template) => _template = template;

    /// <summary>Checks the text.</summary>
    /// <param name="query">Null or empty: the root.</param>
    /// <param name="made">The result; null on an error.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string? query, [NotNullWhen(true)] out ErrorPageQuery? made, [NotNullWhen(false)] out string? error)
    {
        (made, error) = (null, null);
        if (string.IsNullOrEmpty(query))
        {
            made = new(null);
            return true;
        }

        // The fragment of a URL goes to no server.
        var template = EscapedPath.FromText("/" + query.TrimStart('/').Split('#')[0]);
        if (template.AsSpan().ContainsAnyInRange('\0', '\x1f') || template.Contains('\x7f', StringComparison.Ordinal))
        {
            error = "query: a control character cannot stand in a URL";
            return false;
        }

        // What is put in is clean; so is the whole if the rest is.
        var path = template.Split('?')[0];
        if (!EscapedPath.HasValidEscapes(path))
        {
            error = $"query: \"{query}\" has a percent sign that begins no escape";
            return false;
        }

        made = new(template);
        return true;
    }

    /// <summary>The target for a request.</summary>
    /// <param name="context">The request; its target is the one that came to the middleware.</param>
    /// <param name="status">Status that the client gets.</param>
    /// <param name="original">Status that was caught.</param>
    public RequestTarget For(GatewayContext context, int status, int original)
    {
        if (_template is null)
        {
            return Root;
        }

        var text = _template
            .Replace("{status}", status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{originalStatus}", original.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (text.Contains("{url}", StringComparison.Ordinal))
        {
            var url = $"{(context.Connection.IsTls ? "https" : "http")}://{context.Upstream.Host}{context.Target}";
            text = text.Replace("{url}", EscapeQuery(url), StringComparison.Ordinal);
        }

        var question = text.IndexOf('?', StringComparison.Ordinal);
        var path = EscapedPath.Settle(question < 0 ? text : text[..question]);
        return new(question < 0 ? path : path + text[question..].Replace(" ", "%20", StringComparison.Ordinal), path.Length);
    }

    // As HTML forms do: a blank becomes a plus (Go's url.QueryEscape).
    private static string EscapeQuery(string url)
    {
        var text = new StringBuilder(url.Length * 2);
        foreach (var c in url)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~')
            {
                text.Append(c);
            }
            else if (c == ' ')
            {
                text.Append('+');
            }
            else
            {
                text.Append('%').Append(((int)c & 0xFF).ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
