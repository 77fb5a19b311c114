using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>One request, as the access log sees it.</summary>
/// <param name="ClientHost">Peer address, or the X-Forwarded-For that was believed.</param>
/// <param name="User">User name; null when none.</param>
/// <param name="Start">When it began, UTC.</param>
/// <param name="Method">Method.</param>
/// <param name="Path">Target as received.</param>
/// <param name="Protocol">Such as <c>HTTP/1.1</c>.</param>
/// <param name="Status">Status sent to the client; null when none was.</param>
/// <param name="Size">Body bytes sent to the client; null when unknown.</param>
/// <param name="Referer">Referer header; null when it is not kept.</param>
/// <param name="UserAgent">User-Agent header; null when it is not kept.</param>
/// <param name="Count">Number of this request since the start.</param>
/// <param name="Router">Qualified router name; empty when none matched.</param>
/// <param name="ServerUrl">Server that answered; empty when none did.</param>
/// <param name="Duration">From its begin to its end.</param>
public readonly record struct AccessLogEntry(
    string ClientHost, string? User, DateTimeOffset Start, string Method, string Path, string Protocol, int? Status, long? Size,
    string? Referer, string? UserAgent, long Count, string? Router, string? ServerUrl, TimeSpan Duration);

/// <summary>Traefik's <c>common</c> format: the Common Log Format with referer, agent, number, router, server and milliseconds.</summary>
public static class CommonFormat
{
    /// <summary>The line without its line feed.</summary>
    public static string Format(in AccessLogEntry entry)
    {
        var line = new StringBuilder(256);
        line.Append(entry.ClientHost.Length == 0 ? "-" : entry.ClientHost).Append(" - ").Append(string.IsNullOrEmpty(entry.User) ? "-" : entry.User)
            .Append(" [").Append(entry.Start.ToString("dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture)).Append(" +0000] \"")
            .Append(entry.Method).Append(' ').Append(entry.Path).Append(' ').Append(entry.Protocol).Append("\" ");
        Number(line, entry.Status).Append(' ');
        Number(line, entry.Size).Append(' ');
        Quoted(line, entry.Referer).Append(' ');
        Quoted(line, entry.UserAgent).Append(' ');
        line.Append(CultureInfo.InvariantCulture, $"{entry.Count} ");
        Quoted(line, entry.Router).Append(' ');
        Quoted(line, entry.ServerUrl).Append(' ');
        return line.Append(CultureInfo.InvariantCulture, $"{(long)entry.Duration.TotalMilliseconds}ms").ToString();
    }

    private static StringBuilder Number(StringBuilder line, long? value) =>
        value is null ? line.Append('-') : line.Append(CultureInfo.InvariantCulture, $"{value.Value}");

    private static StringBuilder Quoted(StringBuilder line, string? value)
    {
        line.Append('"');
        if (string.IsNullOrEmpty(value))
        {
            return line.Append("-\"");
        }

        // A client's text must not end the field or the line.
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => line.Append("\\\""),
                < ' ' or '\x7F' => line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => line.Append(c),
            };
        }

        return line.Append('"');
    }
}
