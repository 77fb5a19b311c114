using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

internal static partial class UserFileLog
{
    [LoggerMessage(1, LogLevel.Warning, "EG-AUTH-FILE middleware {Middleware} keeps its users: {Error}")]
    public static partial void Kept(ILogger logger, string middleware, string error);
}
