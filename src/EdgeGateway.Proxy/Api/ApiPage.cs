using System.Globalization;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary>Answers with one page of a list, the number of the next in <c>X-Next-Page</c>.</summary>
internal static class ApiPage
{
    /// <summary>Answers; <paramref name="error"/> is the text of a 400.</summary>
    public static ValueTask Async<T>(GatewayContext context, List<T> page, long next, string? error, Action<Utf8JsonWriter, T> write)
    {
        if (error is not null)
        {
            return ApiAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, error);
        }

        context.Http.Response.Headers["X-Next-Page"] = next.ToString(CultureInfo.InvariantCulture);
        return ApiAnswer.JsonAsync(context, writer => Items(writer, page, write));
    }

    private static IEnumerable<bool> Items<T>(Utf8JsonWriter writer, List<T> page, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (var item in page)
        {
            write(writer, item);
            yield return true;
        }

        writer.WriteEndArray();
    }
}
