using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Api;

/// <summary>
/// Writes the answers of the API: compact JSON with a final line feed, errors as Traefik's odd JSON in text/plain. A body is
/// written in steps; after each what is there may go out, so that the answer about ten thousand routers needs no more memory than
/// the one about ten. What fits one chunk has a length, the rest is chunked.
/// </summary>
internal static class ApiAnswer
{
    // As much as one TLS record and a bit holds twice over; measured: larger chunks gain nothing.
    private const int Chunk = 32 * 1024;

    private static readonly JsonWriterOptions Compact = new() { Encoder = GoJsonEncoder.Instance };

    /// <summary>200 with a small JSON value.</summary>
    public static ValueTask JsonAsync(GatewayContext context, Action<Utf8JsonWriter> write, string contentType = "application/json") =>
        JsonAsync(context, writer => Once(writer, write), contentType);

    /// <summary>200 with JSON of any size.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes a part with each step; nothing may be open but objects and arrays when it yields.</param>
    /// <param name="contentType">Content type.</param>
    public static async ValueTask JsonAsync(
        GatewayContext context, Func<Utf8JsonWriter, IEnumerable<bool>> write, string contentType = "application/json")
    {
        var response = context.Http.Response;
        response.Headers.ContentType = contentType;
        response.StatusCode = 200;
        var begun = false;
        var buffer = new ArrayBufferWriter<byte>(Chunk * 2);
        await using var writer = new Utf8JsonWriter(buffer, Compact);
        foreach (var _ in write(writer))
        {
            if (buffer.WrittenCount + writer.BytesPending < Chunk)
            {
                continue;
            }

            writer.Flush();
            Begin(context, ref begun, length: null);
            response.BodyWriter.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
            await response.BodyWriter.FlushAsync(context.Http.RequestAborted);
        }

        writer.Flush();
        buffer.Write("\n"u8);
        Begin(context, ref begun, buffer.WrittenCount);
        await response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.Http.RequestAborted);
    }

    /// <summary>An error with a message.</summary>
    public static ValueTask ErrorAsync(GatewayContext context, int status, string message) =>
        ErrorAnswer.PlainAsync(context, status, $$"""{"message":"{{GoJsonEncoder.Instance.Encode(message)}}"}""");

    /// <summary>A body that is there as a whole.</summary>
    public static ValueTask BytesAsync(GatewayContext context, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Http.Response;
        response.Headers.ContentType = contentType;
        response.StatusCode = 200;
        var begun = false;
        Begin(context, ref begun, body.Length);
        var written = response.BodyWriter.WriteAsync(body, context.Http.RequestAborted);
        return written.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(written.AsTask());
    }

    /// <summary>HTML.</summary>
    public static ValueTask HtmlAsync(GatewayContext context, string html)
    {
        // The page is made here and needs nothing from anywhere: no script, no frame, one inline style.
        context.Http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";
        return BytesAsync(context, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(html));
    }

    private static void Begin(GatewayContext context, ref bool begun, long? length)
    {
        if (begun)
        {
            return;
        }

        begun = true;
        context.Http.Response.ContentLength = length;
        context.RunResponseFilters();
    }

    private static IEnumerable<bool> Once(Utf8JsonWriter writer, Action<Utf8JsonWriter> write)
    {
        write(writer);
        yield return true;
    }
}
