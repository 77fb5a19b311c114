using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.StripPrefix;

/// <summary>What is left of a path when its beginning was taken off (runtime-behaviour §2.24).</summary>
internal static class StrippedPath
{
    /// <summary>
    /// Takes the beginning off and tells the server which it was. False after an answer was set: what is left has <c>.</c>, <c>..</c> or empty
    /// segments, and the router was chosen for another path.
    /// </summary>
    /// <param name="context">Request.</param>
    /// <param name="length">Length of the beginning in the escaped path.</param>
    /// <param name="prefix">What was taken off, for <c>X-Forwarded-Prefix</c>.</param>
    /// <param name="forceSlash">True: an empty rest becomes a slash.</param>
    public static bool Apply(GatewayContext context, int length, string prefix, bool forceSlash = false)
    {
        var target = context.Target;
        var rest = target.EscapedPath[length..];
        var stripped = rest.IsEmpty || rest[0] == '/' ? target.Skip(length) : target.WithPath(string.Concat("/", rest));
        if (forceSlash && rest.IsEmpty)
        {
            stripped = target.WithPath("/");
        }

        if (stripped.PathLength > 0 && !EscapedPath.IsClean(stripped.EscapedPath))
        {
            context.SetAnswer(StatusCodes.Status400BadRequest, "Bad Request", plain: true);
            return false;
        }

        context.Target = stripped;
        context.Http.Request.Headers.Append(ForwardedHeaderNames.Prefix, prefix);
        return true;
    }
}
