using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

internal static partial class BufferingLog
{
    [LoggerMessage(1, LogLevel.Warning, "EG-BUFFER-FILE middleware {Middleware} cannot keep a body in a temporary file, the request is answered 500: {Error}")]
    public static partial void NoFile(ILogger logger, string middleware, string error);
}
