using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Logging;

/// <summary>The two formats of log lines, as Traefik writes them (static-config §2.4). Times are RFC 3339, with milliseconds.</summary>
internal static class LogFormat
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // Where message templates keep themselves among their values.
    private const string Template = "{OriginalFormat}";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>time LVL message error="…"</c>.</summary>
    public static string Common(DateTimeOffset time, LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(message.Length + 40)
            .Append(time.ToString(Time, CultureInfo.InvariantCulture)).Append(' ')
            .Append(level switch
            {
                LogLevel.Trace => "TRC",
                LogLevel.Debug => "DBG",
                LogLevel.Information => "INF",
                LogLevel.Warning => "WRN",
                LogLevel.Critical => "FTL",
                _ => "ERR",
            })
            .Append(' ').Append(OneLine(message));
        return exception is null
            ? line.ToString()
            : line.Append(" error=\"").Append(OneLine(exception.ToString()).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"').ToString();
    }

    /// <summary>One JSON object: <c>level</c>, the message's own values by their names, <c>error</c>, <c>time</c>, <c>message</c>.</summary>
    public static string Json(
        DateTimeOffset time, LogLevel level, string category, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("level", level switch
            {
                LogLevel.Trace => "trace",
                LogLevel.Debug => "debug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Critical => "fatal",
                _ => "error",
            });
            writer.WriteString("category", category);
            WriteFields(writer, fields);
            if (exception is not null)
            {
                writer.WriteString("error", exception.ToString());
            }

            writer.WriteString("time", time.ToString(Time, CultureInfo.InvariantCulture));
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteFields(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        for (var i = 0; i < fields?.Count; i++)
        {
            var (name, value) = fields[i];
            if (name.Length == 0 || name == Template)
            {
                continue;
            }

            var key = JsonNamingPolicy.CamelCase.ConvertName(name);
            // A reader must not meet a name twice.
            key = key is "level" or "category" or "error" or "time" or "message" ? key + "Value" : key;
            switch (value)
            {
                case int or long:
                    writer.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                case bool flag:
                    writer.WriteBoolean(key, flag);
                    break;
                default:
                    writer.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }
    }

    // One event is one line.
    private static string OneLine(string text) => text.AsSpan().ContainsAny('\r', '\n') ? text.ReplaceLineEndings(" ") : text;
}
