using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Logging;

/// <summary>The two formats of log lines, as Traefik writes them (static-config §2.4).</summary>
internal static class LogFormat
{
    /// <summary><c>time LVL message error="…"</c>.</summary>
    public static string Common(DateTimeOffset time, LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(message.Length + 40)
            .Append(time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append(' ')
            .Append(level switch
            {
                LogLevel.Trace => "TRC",
                LogLevel.Debug => "DBG",
                LogLevel.Information => "INF",
                LogLevel.Warning => "WRN",
                _ => "ERR",
            })
            .Append(' ').Append(OneLine(message));
        return exception is null ? line.ToString() : line.Append(" error=\"").Append(OneLine(exception.ToString())).Append('"').ToString();
    }

    /// <summary>One JSON object.</summary>
    public static string Json(DateTimeOffset time, LogLevel level, string message, Exception? exception)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("level", level switch
            {
                LogLevel.Trace => "trace",
                LogLevel.Debug => "debug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                _ => "error",
            });
            if (exception is not null)
            {
                writer.WriteString("error", exception.ToString());
            }

            writer.WriteString("time", time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    // One event is one line.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
