using System.Text;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>
/// Traefik's <c>common</c> format: the Common Log Format with referer, agent, number, router, server and milliseconds; <c>genericCLF</c>
/// ends after the agent (static-config §2.5).
/// </summary>
public static class CommonFormat
{
    // Most lines are under 300 bytes; longer ones rent.
    private const int UsualLength = 1024;

    /// <summary>Queues the line; allocates nothing for a usual one.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="generic">True: <c>genericCLF</c>.</param>
    /// <param name="writer">Takes the line.</param>
    public static void Write(in AccessLogEntry entry, bool generic, BoundedLineWriter writer)
    {
        var line = new Utf8Line(stackalloc byte[UsualLength]);
        Build(entry, generic, ref line);
        writer.Write(line.Written);
        line.Dispose();
    }

    /// <summary>The line without its line feed.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="generic">True: <c>genericCLF</c>.</param>
    public static string Format(in AccessLogEntry entry, bool generic = false)
    {
        var line = new Utf8Line(stackalloc byte[UsualLength]);
        Build(entry, generic, ref line);
        var text = Encoding.UTF8.GetString(line.Written);
        line.Dispose();
        return text;
    }

    private static void Build(in AccessLogEntry entry, bool generic, ref Utf8Line line)
    {
        line.AppendText(entry.ClientHost is { Length: > 0 } host ? host : "-");
        line.Append(" - "u8);
        line.AppendText(string.IsNullOrEmpty(entry.User) ? "-" : entry.User);
        line.Append(" ["u8);
        if (entry.Start is { } start)
        {
            AppendTime(ref line, start);
        }
        else
        {
            line.Append((byte)'-');
        }

        line.Append("] \""u8);
        line.AppendText(entry.Method ?? "-");
        line.Append((byte)' ');
        line.AppendText(entry.Path ?? "-");
        line.Append((byte)' ');
        line.AppendText(entry.Protocol ?? "-");
        line.Append("\" "u8);
        AppendNumber(ref line, entry.Status);
        line.Append((byte)' ');
        AppendNumber(ref line, entry.Size);
        line.Append((byte)' ');
        AppendQuoted(ref line, entry.Referer);
        line.Append((byte)' ');
        AppendQuoted(ref line, entry.UserAgent);
        if (generic)
        {
            return;
        }

        line.Append((byte)' ');
        AppendNumber(ref line, entry.Count);
        line.Append((byte)' ');
        AppendQuoted(ref line, entry.Router);
        line.Append((byte)' ');
        AppendQuoted(ref line, entry.ServerUrl);
        line.Append((byte)' ');
        line.AppendValue((long)entry.Duration.TotalMilliseconds);
        line.Append("ms"u8);
    }

    private static void AppendTime(ref Utf8Line line, DateTimeOffset time)
    {
        line.AppendValue(time, "dd/MMM/yyyy:HH:mm:ss ");
        var minutes = (int)Math.Abs(time.Offset.TotalMinutes);
        line.Append(time.Offset < TimeSpan.Zero ? (byte)'-' : (byte)'+');
        line.AppendValue(minutes / 60, "00");
        line.AppendValue(minutes % 60, "00");
    }

    private static void AppendNumber(ref Utf8Line line, long? value)
    {
        if (value is { } number)
        {
            line.AppendValue(number);
        }
        else
        {
            line.Append((byte)'-');
        }
    }

    private static void AppendQuoted(ref Utf8Line line, string? value)
    {
        line.Append((byte)'"');
        if (string.IsNullOrEmpty(value))
        {
            line.Append((byte)'-');
        }
        else
        {
            line.AppendText(value, escapeQuotes: true);
        }

        line.Append((byte)'"');
    }
}
