using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>
/// <c>accessLog.l4.format</c>, read once at the start into segments. Variables are <c>$name</c> or <c>${name}</c>; those of nginx's
/// <c>stream</c> module have its names and meaning, so that a <c>log_format</c> can be taken over as it is.
/// </summary>
public sealed class Layer4LogFormat
{
    private static readonly Dictionary<string, Layer4LogField> Fields = new(StringComparer.Ordinal)
    {
        ["remote_addr"] = Layer4LogField.ClientAddress,
        ["remote_port"] = Layer4LogField.ClientPort,
        ["realip_remote_addr"] = Layer4LogField.PeerAddress,
        ["realip_remote_port"] = Layer4LogField.PeerPort,
        ["server_addr"] = Layer4LogField.LocalAddress,
        ["server_port"] = Layer4LogField.LocalPort,
        ["proxy_protocol_addr"] = Layer4LogField.ProxyAddress,
        ["proxy_protocol_port"] = Layer4LogField.ProxyPort,
        ["protocol"] = Layer4LogField.Protocol,
        ["status"] = Layer4LogField.Status,
        ["time_local"] = Layer4LogField.TimeLocal,
        ["time_iso8601"] = Layer4LogField.TimeIso,
        ["msec"] = Layer4LogField.Milliseconds,
        ["session_time"] = Layer4LogField.SessionTime,
        ["bytes_received"] = Layer4LogField.BytesReceived,
        ["bytes_sent"] = Layer4LogField.BytesSent,
        ["upstream_addr"] = Layer4LogField.ServerAddresses,
        ["upstream_bytes_sent"] = Layer4LogField.ServerBytesSent,
        ["upstream_bytes_received"] = Layer4LogField.ServerBytesReceived,
        ["upstream_connect_time"] = Layer4LogField.ServerConnectTime,
        ["ssl_preread_server_name"] = Layer4LogField.ServerName,
        ["ssl_preread_alpn_protocols"] = Layer4LogField.OfferedProtocols,
        ["ssl_server_name"] = Layer4LogField.TerminatedServerName,
        ["ssl_alpn_protocol"] = Layer4LogField.ChosenProtocol,
        ["ssl_protocol"] = Layer4LogField.TlsVersion,
        ["ssl_cipher"] = Layer4LogField.TlsCipher,
        ["connection"] = Layer4LogField.Connection,
        ["hostname"] = Layer4LogField.HostName,
        ["pid"] = Layer4LogField.ProcessId,

        // Ours.
        ["socket_bytes_received"] = Layer4LogField.SocketBytesReceived,
        ["socket_bytes_sent"] = Layer4LogField.SocketBytesSent,
        ["entry_point"] = Layer4LogField.EntryPoint,
        ["router"] = Layer4LogField.Router,
        ["service"] = Layer4LogField.Service,
        ["sni"] = Layer4LogField.ServerName,
        ["ended_by"] = Layer4LogField.EndedBy,
        ["end"] = Layer4LogField.End,
    };

    private Layer4LogFormat(IReadOnlyList<Layer4LogSegment> segments) => Segments = segments;

    /// <summary>Every variable that may be written.</summary>
    public static IEnumerable<string> Variables => Fields.Keys;

    /// <summary>The pieces in their order; empty = json.</summary>
    public IReadOnlyList<Layer4LogSegment> Segments { get; }

    /// <summary>True for the json format.</summary>
    public bool IsJson => Segments.Count == 0;

    /// <summary>Reads a format, or says what is wrong with it and at which character, counted from 1.</summary>
    public static bool TryParse(string format, [NotNullWhen(true)] out Layer4LogFormat? parsed, [NotNullWhen(false)] out string? error)
    {
        (parsed, error) = (null, null);
        if (format == Layer4AccessLogConfig.Json)
        {
            parsed = new([]);
            return true;
        }

        var segments = new List<Layer4LogSegment>();
        var start = 0;
        while (start < format.Length)
        {
            var dollar = format.IndexOf('$', start);
            var end = dollar < 0 ? format.Length : dollar;
            if (end > start)
            {
                segments.Add(new(Layer4LogField.Text, format[start..end]));
            }

            if (dollar < 0)
            {
                break;
            }

            if ((error = ReadVariable(format, dollar, out var name, out start)) is not null)
            {
                return false;
            }

            segments.Add(new(Fields[name], name));
        }

        // A line that says nothing of its connection is a mistake: a format's name (common) instead of a format.
        if (!segments.Exists(static segment => segment.Field != Layer4LogField.Text))
        {
            error = format.Length == 0 ? "is empty: write json, or text with variables such as $remote_addr"
                : $"\"{format}\" holds no variable: write json, or text with variables such as $remote_addr";
            return false;
        }

        var control = format.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        if (control >= 0)
        {
            error = Place(format, control, "a line holds no control characters");
            return false;
        }

        parsed = new(segments);
        return true;
    }

    private static string? ReadVariable(string format, int dollar, out string name, out int next)
    {
        var braced = dollar + 1 < format.Length && format[dollar + 1] == '{';
        var first = dollar + (braced ? 2 : 1);
        next = first;
        while (next < format.Length && (char.IsAsciiLetterOrDigit(format[next]) || format[next] == '_'))
        {
            next++;
        }

        name = format[first..next];
        if (name.Length == 0)
        {
            return Place(format, dollar, "a variable has no name");
        }

        if (braced && (next == format.Length || format[next++] != '}'))
        {
            return Place(format, dollar, $"the variable ${{{name} is not closed with }}");
        }

        if (Fields.ContainsKey(name))
        {
            return null;
        }

        var similar = DidYouMean.Find(name, Fields.Keys);
        return Place(format, dollar, $"there is no variable ${name}" + (similar is null ? "" : $"; did you mean ${similar}?"));
    }

    private static string Place(string format, int index, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} (character {index + 1} of \"{format}\")");
}
