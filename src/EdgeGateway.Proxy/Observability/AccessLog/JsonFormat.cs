using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Observability.Layer4Log;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>
/// Traefik's <c>json</c> format: an object per line, with the fields of <see cref="AccessLogField"/> that are kept, <c>level</c>, <c>msg</c>,
/// <c>time</c>, and headers as <c>request_…</c>, <c>origin_…</c> (of the service) and <c>downstream_…</c> (static-config §2.5).
/// </summary>
internal static class JsonFormat
{
    private const int UsualLength = 2048;

    /// <summary>Queues the line; allocates nothing for a usual one without headers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="facts">What was computed of it.</param>
    /// <param name="fields">What is kept.</param>
    /// <param name="now">When the line is written.</param>
    /// <param name="writer">Takes the line.</param>
    public static void Write(GatewayContext context, in RequestFacts facts, AccessLogFields fields, DateTimeOffset now, BoundedLineWriter writer)
    {
        var line = new Utf8Line(stackalloc byte[UsualLength]);
        var json = new Members(fields);
        line.Append((byte)'{');
        json.Text(AccessLogField.ClientAddr, "\"ClientAddr\":"u8, context.Connection.PeerText, ref line);
        json.Text(AccessLogField.ClientHost, "\"ClientHost\":"u8, facts.ClientHost, ref line);
        json.Number(AccessLogField.ClientPort, "\"ClientPort\":"u8, context.Connection.Peer.Port, ref line, quoted: true);
        json.Text(AccessLogField.ClientUsername, "\"ClientUsername\":"u8, context.UserName ?? "-", ref line);
        json.Number(AccessLogField.DownstreamContentSize, "\"DownstreamContentSize\":"u8, facts.Size, ref line);
        json.Number(AccessLogField.DownstreamStatus, "\"DownstreamStatus\":"u8, facts.Status, ref line);
        json.Number(AccessLogField.Duration, "\"Duration\":"u8, Nanoseconds(facts.Duration), ref line);
        if (facts.Size != facts.OriginSize && facts.Size > 0)
        {
            json.Ratio(AccessLogField.GzipRatio, "\"GzipRatio\":"u8, (double)facts.OriginSize / facts.Size, ref line);
        }

        json.Number(AccessLogField.OriginContentSize, "\"OriginContentSize\":"u8, facts.OriginSize, ref line);
        json.Number(AccessLogField.OriginDuration, "\"OriginDuration\":"u8, Nanoseconds(context.Forwarding.Duration), ref line);
        json.Number(AccessLogField.OriginStatus, "\"OriginStatus\":"u8, facts.OriginStatus, ref line);
        json.Number(AccessLogField.Overhead, "\"Overhead\":"u8, Nanoseconds(facts.Duration - context.Forwarding.Duration), ref line);
        WriteRequest(context, facts, ref json, ref line);
        WriteRoute(context, ref json, ref line);
        if (fields.Keeps(AccessLogField.StartLocal))
        {
            json.Time("\"StartLocal\":\""u8, facts.Start.ToLocalTime(), ref line);
        }

        if (fields.Keeps(AccessLogField.StartUTC))
        {
            json.Time("\"StartUTC\":\""u8, facts.Start, ref line);
        }

        WriteTls(context.Connection, ref json, ref line);
        json.Text(AccessLogField.EntryPointName, "\"entryPointName\":"u8, context.Connection.EntryPoint, ref line);
        json.Always("\"level\":\"info\",\"msg\":\"\""u8, ref line);
        if (fields.KeepsHeaders)
        {
            WriteHeaders(context, facts, ref json, ref line);
        }

        json.Time("\"time\":\""u8, now.ToLocalTime(), ref line);
        line.Append((byte)'}');
        writer.Write(line.Written);
        line.Dispose();
    }

    private static void WriteRequest(GatewayContext context, in RequestFacts facts, ref Members json, ref Utf8Line line)
    {
        var host = HostName.Split(context.OriginalHost, out var port);
        json.Text(AccessLogField.RequestAddr, "\"RequestAddr\":"u8, context.OriginalHost, ref line);
        json.Number(AccessLogField.RequestContentSize, "\"RequestContentSize\":"u8, facts.RequestSize, ref line);
        json.Number(AccessLogField.RequestCount, "\"RequestCount\":"u8, facts.Count, ref line);
        json.Text(AccessLogField.RequestHost, "\"RequestHost\":"u8, port.IsEmpty ? context.OriginalHost : host.ToString(), ref line);
        json.Text(AccessLogField.RequestMethod, "\"RequestMethod\":"u8, context.Method, ref line);
        json.Text(AccessLogField.RequestPath, "\"RequestPath\":"u8, facts.Path, ref line);
        json.Text(AccessLogField.RequestPort, "\"RequestPort\":"u8, port.IsEmpty ? "-" : port.ToString(), ref line);
        json.Text(AccessLogField.RequestProtocol, "\"RequestProtocol\":"u8, facts.Protocol, ref line);
        json.Text(AccessLogField.RequestScheme, "\"RequestScheme\":"u8, context.Connection.IsTls ? "https" : "http", ref line);
        json.Number(AccessLogField.RetryAttempts, "\"RetryAttempts\":"u8, context.Forwarding.AllRetries, ref line);
    }

    private static void WriteRoute(GatewayContext context, ref Members json, ref Utf8Line line)
    {
        if (context.RouterNames is { } names)
        {
            json.Text(AccessLogField.RouterName, "\"RouterName\":"u8, names, ref line);
        }

        if (context.Forwarding.ServiceName is not { } service)
        {
            return;
        }

        if (context.Forwarding.ServerUrl is { } url)
        {
            var address = url.IndexOf("//", StringComparison.Ordinal);
            json.Text(AccessLogField.ServiceAddr, "\"ServiceAddr\":"u8, address < 0 ? url : url[(address + 2)..], ref line);
        }

        json.Text(AccessLogField.ServiceName, "\"ServiceName\":"u8, service, ref line);
        if (context.Forwarding.ServerUrl is not null)
        {
            json.Text(AccessLogField.ServiceURL, "\"ServiceURL\":"u8, context.Forwarding.ServerUrl, ref line);
        }
    }

    private static void WriteTls(Connection connection, ref Members json, ref Utf8Line line)
    {
        if (!connection.IsTls)
        {
            return;
        }

        json.Text(AccessLogField.TLSCipher, "\"TLSCipher\":"u8, CipherNames.Of(connection.TlsCipher) ?? "", ref line);
        if (connection.ClientCertificates.Length > 0)
        {
            json.Text(AccessLogField.TLSClientSubject, "\"TLSClientSubject\":"u8, connection.ClientSubject, ref line);
        }

        json.Text(AccessLogField.TLSVersion, "\"TLSVersion\":"u8, connection.TlsVersionText, ref line);
    }

    private static void WriteHeaders(GatewayContext context, in RequestFacts facts, ref Members json, ref Utf8Line line)
    {
        // What the HTTP engine adds to an answer is no header of it, as in Traefik: a length that no server gave, the date, the connection.
        var own = context.Forwarding.ServerStatus == 0;
        var origin = context.Forwarding.OriginHeaders;
        var dated = origin is not null && Array.Exists(origin, static header => header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase));
        WriteAnswerHeaders("\"downstream_"u8, context.Http.Response.Headers, own, dated, ref json, ref line);
        if (origin is not null)
        {
            WriteAnswerHeaders("\"origin_"u8, origin, own, dated, ref json, ref line);
        }

        foreach (var (name, values) in context.Http.Request.Headers)
        {
            // The host has a field of its own.
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name[0] == ':')
            {
                continue;
            }

            if (!name.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase))
            {
                json.Header("\"request_"u8, name, values, ref line);
            }
            else if (facts.ForwardedFor.Length > 0)
            {
                json.Header("\"request_"u8, name, facts.ForwardedFor, ref line);
            }
        }
    }

    private static void WriteAnswerHeaders(
        ReadOnlySpan<byte> prefix, IEnumerable<KeyValuePair<string, StringValues>> headers, bool own, bool dated, ref Members json, ref Utf8Line line)
    {
        var hasType = false;
        foreach (var (name, values) in headers)
        {
            if ((own && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                || (!dated && name.Equals("Date", StringComparison.OrdinalIgnoreCase)) || name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            hasType |= name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
            json.Header(prefix, name, values, ref line);
        }

        if (!hasType)
        {
            // Traefik shows it always.
            json.Header(prefix, "Content-Type", "", ref line);
        }
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Members of the object, with commas between them.</summary>
    private struct Members(AccessLogFields fields)
    {
        private bool _any;

        public void Text(AccessLogField field, ReadOnlySpan<byte> name, string value, ref Utf8Line line)
        {
            if (fields.Keeps(field))
            {
                Always(name, ref line);
                JsonText.Quoted(value, ref line);
            }
        }

        public void Number(AccessLogField field, ReadOnlySpan<byte> name, long value, ref Utf8Line line, bool quoted = false)
        {
            if (!fields.Keeps(field))
            {
                return;
            }

            Always(name, ref line);
            if (quoted)
            {
                line.Append((byte)'"');
            }

            line.AppendValue(value);
            if (quoted)
            {
                line.Append((byte)'"');
            }
        }

        public void Ratio(AccessLogField field, ReadOnlySpan<byte> name, double value, ref Utf8Line line)
        {
            if (fields.Keeps(field))
            {
                Always(name, ref line);
                line.AppendValue(value);
            }
        }

        public void Time(ReadOnlySpan<byte> name, DateTimeOffset time, ref Utf8Line line)
        {
            Always(name, ref line);
            line.AppendValue(time, time.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ss.fffffffZ" : "yyyy-MM-ddTHH:mm:ss.fffffffzzz");
            line.Append((byte)'"');
        }

        public void Header(ReadOnlySpan<byte> prefix, string name, StringValues values, ref Utf8Line line)
        {
            var mode = fields.Of(name);
            if (mode == HeaderMode.Drop)
            {
                return;
            }

            Always(prefix, ref line);
            AppendCanonical(name, ref line);
            line.Append("\":\""u8);
            for (var i = 0; i < values.Count && mode == HeaderMode.Keep; i++)
            {
                if (i > 0)
                {
                    line.Append((byte)',');
                }

                JsonText.Inner(values[i] ?? "", ref line);
            }

            line.Append(mode == HeaderMode.Redact ? "REDACTED\""u8 : "\""u8);
        }

        public void Always(ReadOnlySpan<byte> text, ref Utf8Line line)
        {
            if (_any)
            {
                line.Append((byte)',');
            }

            _any = true;
            line.Append(text);
        }

        // Without what could end the string; a header's name has none of it.
        private static void AppendCanonical(string name, ref Utf8Line line)
        {
            var isFirst = true;
            foreach (var c in name)
            {
                var canonical = HeaderName.Canonical(c, ref isFirst);
                if (char.IsAscii(c) && c is > ' ' and not ('"' or '\\' or '\x7f'))
                {
                    line.Append((byte)canonical);
                }
            }
        }
    }
}
