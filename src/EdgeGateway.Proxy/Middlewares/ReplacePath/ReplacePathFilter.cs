using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.ReplacePath;

/// <summary><c>replacePath</c>: the configured path takes the place of any other; the query stays (runtime-behaviour §2.21).</summary>
internal sealed class ReplacePathFilter : RequestFilter
{
    /// <summary>Tells the server the path that was replaced, escaped; a value for each middleware that did.</summary>
    internal const string HeaderName = "X-Replaced-Path";

    private readonly string _path;

    private ReplacePathFilter(string name, string path)
        : base(name, actsOnResponse: false) => _path = path;

    /// <summary>Compiles the middleware.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="path">The path, escaped or not; without a leading slash it gets one.</param>
    /// <param name="filter">The result; null on an error.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string name, string? path, [NotNullWhen(true)] out ReplacePathFilter? filter, [NotNullWhen(false)] out string? error)
    {
        var text = EscapedPath.FromText(path ?? "");
        filter = null;
        if (!EscapedPath.HasValidEscapes(text))
        {
            error = $"replacePath: \"{path}\" has a percent sign that begins no escape";
            return false;
        }

        error = null;
        filter = new(name, EscapedPath.Settle(text.StartsWith('/') ? text : "/" + text));
        return true;
    }

    public override bool OnRequest(GatewayContext context)
    {
        var target = context.Target;
        context.Http.Request.Headers.Append(HeaderName, target.EscapedPath.ToString());
        context.Target = target.WithPath(_path);
        return true;
    }
}
