using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Api;

/// <summary>Writes the answers of the API: compact JSON with a final line feed, errors as Traefik's odd JSON in text/plain.</summary>
internal static class ApiAnswer
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = GoJsonEncoder.Instance };

    /// <summary>200 with JSON.</summary>
    public static ValueTask JsonAsync(GatewayContext context, Action<Utf8JsonWriter> write, string contentType = "application/json")
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            write(writer);
        }

        buffer.Write("\n"u8);
        context.Http.Response.Headers.ContentType = contentType;
        return BodyAsync(context, buffer.WrittenMemory);
    }

    /// <summary>An error with a message.</summary>
    public static ValueTask ErrorAsync(GatewayContext context, int status, string message) =>
        ErrorAnswer.PlainAsync(context, status, $$"""{"message":"{{JavaScriptEncoder.Default.Encode(message)}}"}""");

    /// <summary>HTML.</summary>
    public static ValueTask HtmlAsync(GatewayContext context, string html)
    {
        var headers = context.Http.Response.Headers;
        headers.ContentType = "text/html; charset=utf-8";

        // The page is made here and needs nothing from anywhere: no script, no frame, one inline style.
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";
        return BodyAsync(context, Encoding.UTF8.GetBytes(html));
    }

    private static async ValueTask BodyAsync(GatewayContext context, ReadOnlyMemory<byte> body)
    {
        context.Http.Response.StatusCode = 200;
        context.Http.Response.ContentLength = body.Length;
        context.RunResponseFilters();
        await context.Http.Response.BodyWriter.WriteAsync(body, context.Http.RequestAborted);
    }
}
