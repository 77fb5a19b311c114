using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Middlewares.RedirectScheme;

/// <summary>
/// <c>redirectScheme</c>: sends the client to another scheme and port (runtime-behaviour §2.20). Also what entry-point redirections
/// are made of. A request that already came by that scheme and port passes, without an allocation.
/// </summary>
internal sealed class RedirectSchemeFilter : RequestFilter
{
    private readonly string _scheme;
    private readonly string _port;
    private readonly bool _permanent;

    public RedirectSchemeFilter(string name, RedirectSchemeConfig config)
        : base(name, actsOnResponse: false)
    {
        _scheme = config.Scheme!;
        _port = config.Port is { Length: > 0 } port && !IsDefaultPort(_scheme, port) ? port : "";
        _permanent = config.Permanent;
    }

    public override bool OnRequest(GatewayContext context)
    {
        var host = context.Upstream.Host;
        var name = HostName.Split(host, out var port);
        var scheme = SchemeOf(context);
        if (scheme == _scheme && (IsDefaultPort(scheme, port) ? "" : port).SequenceEqual(_port))
        {
            return true;
        }

        var location = string.Concat(
            _scheme,
            "://",
            name.IndexOf(':') >= 0 && host[0] == '[' ? $"[{name}]" : name,
            string.Concat(_port.Length > 0 ? ":" : "", _port, context.RedirectTarget()));
        context.Http.Response.Headers.Location = location;
        var status = Status(context.Method, _permanent);
        context.SetAnswer(status, ReasonPhrases.GetReasonPhrase(status));
        return false;
    }

    /// <summary>Redirects keep the method of everything but GET; HEAD counts as another method (runtime-behaviour §2.19).</summary>
    internal static int Status(string method, bool permanent) => (HttpMethods.IsGet(method), permanent) switch
    {
        (true, false) => StatusCodes.Status302Found,
        (false, false) => StatusCodes.Status307TemporaryRedirect,
        (true, true) => StatusCodes.Status301MovedPermanently,
        (false, true) => StatusCodes.Status308PermanentRedirect,
    };

    // X-Forwarded-Proto was set or believed by the entry point; ws and wss are the schemes of upgrades, other values are ignored.
    private static string SchemeOf(GatewayContext context) => context.Http.Request.Headers[ForwardedHeaderNames.Proto].ToString() switch
    {
        var proto when proto.Equals("https", StringComparison.OrdinalIgnoreCase) || proto.Equals("wss", StringComparison.OrdinalIgnoreCase) => "https",
        var proto when proto.Equals("http", StringComparison.OrdinalIgnoreCase) || proto.Equals("ws", StringComparison.OrdinalIgnoreCase) => "http",
        _ => context.Connection.IsTls ? "https" : "http",
    };

    private static bool IsDefaultPort(string scheme, ReadOnlySpan<char> port) => (scheme == "http" && port is "80") || (scheme == "https" && port is "443");
}
