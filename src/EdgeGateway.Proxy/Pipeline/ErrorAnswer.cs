using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>The gateway's own error answers, in the two shapes of Traefik (runtime-behaviour §1.2). Response filters apply to them too.</summary>
public static class ErrorAnswer
{
    /// <summary>A plain error: text and a line feed, <c>text/plain; charset=utf-8</c>, <c>X-Content-Type-Options: nosniff</c>.</summary>
    public static ValueTask PlainAsync(GatewayContext context, int status, string text)
    {
        if (context.AnswerGate?.Refuses(status) == true)
        {
            return default;
        }

        var response = context.Http.Response;
        response.StatusCode = status;
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        return WriteAsync(context, text + "\n");
    }

    /// <summary>A bare answer: status, maybe a body, no Content-Type at all.</summary>
    public static ValueTask BareAsync(GatewayContext context, int status, string body = "")
    {
        if (context.AnswerGate?.Refuses(status) == true)
        {
            return default;
        }

        context.Http.Response.StatusCode = status;
        return WriteAsync(context, body);
    }

    private static async ValueTask WriteAsync(GatewayContext context, string body)
    {
        var response = context.Http.Response;
        response.ContentLength = Encoding.UTF8.GetByteCount(body);
        context.RunResponseFilters();
        if (body.Length > 0 && !HttpMethods.IsHead(context.Http.Request.Method))
        {
            response.BodyWriter.Write(Encoding.UTF8.GetBytes(body));
            await response.BodyWriter.FlushAsync(context.Http.RequestAborted);
        }
    }
}
