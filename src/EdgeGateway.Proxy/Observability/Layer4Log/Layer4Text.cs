using System.Globalization;
using System.Security.Authentication;
using System.Text;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Observability.AccessLog;

namespace EdgeGateway.Proxy.Observability.Layer4Log;

/// <summary>
/// A record as a line of the format that the user gave. As in nginx: <c>-</c> for what there is not, values of several servers joined by
/// <c>, </c>, seconds with milliseconds, quotes, backslashes and control characters as <c>\xXX</c>.
/// </summary>
internal static class Layer4Text
{
    private static readonly string ProcessId = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes the pieces.</summary>
    public static void Build(in Layer4Record record, IReadOnlyList<Layer4LogSegment> segments, ref Utf8Line line)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            Append(record, segments[i], ref line);
        }
    }

    /// <summary>TLS version as nginx and OpenSSL spell it; empty without TLS.</summary>
    public static ReadOnlySpan<byte> TlsVersion(SslProtocols version) => version switch
    {
        SslProtocols.Tls13 => "TLSv1.3"u8,
        SslProtocols.Tls12 => "TLSv1.2"u8,
#pragma warning disable SYSLIB0039, CA5397 // the name of a version that somebody switched on
        SslProtocols.Tls11 => "TLSv1.1"u8,
        SslProtocols.Tls => "TLSv1"u8,
#pragma warning restore SYSLIB0039, CA5397
        _ => default,
    };

    private static void Append(in Layer4Record record, in Layer4LogSegment segment, ref Utf8Line line)
    {
        switch (segment.Field)
        {
            case Layer4LogField.Text:
                line.AppendText(segment.Text);
                break;
            case Layer4LogField.ClientAddress:
                line.AppendValue(record.Client.Address);
                break;
            case Layer4LogField.ClientPort:
                line.AppendValue(record.Client.Port);
                break;
            case Layer4LogField.PeerAddress:
                line.AppendValue((record.ProxyPeer ?? record.Client).Address);
                break;
            case Layer4LogField.PeerPort:
                line.AppendValue((record.ProxyPeer ?? record.Client).Port);
                break;
            case Layer4LogField.LocalAddress:
                line.AppendValue(record.Local.Address);
                break;
            case Layer4LogField.LocalPort:
                line.AppendValue(record.Local.Port);
                break;
            case Layer4LogField.ProxyAddress when record.ProxyPeer is not null:
                line.AppendValue(record.Client.Address);
                break;
            case Layer4LogField.ProxyPort when record.ProxyPeer is not null:
                line.AppendValue(record.Client.Port);
                break;
            case Layer4LogField.ProxyAddress or Layer4LogField.ProxyPort:
                line.Append((byte)'-');
                break;
            case Layer4LogField.Protocol:
                line.Append(record.IsUdp ? "UDP"u8 : "TCP"u8);
                break;
            case Layer4LogField.Status:
                line.AppendValue(EndWords.Status(record.End));
                break;
            case Layer4LogField.TimeLocal:
                line.AppendValue(record.Time, "dd/MMM/yyyy:HH:mm:ss ");
                AppendOffset(record.Time.Offset, colon: false, ref line);
                break;
            case Layer4LogField.TimeIso:
                line.AppendValue(record.Time, "yyyy-MM-ddTHH:mm:ss");
                AppendOffset(record.Time.Offset, colon: true, ref line);
                break;
            case Layer4LogField.Milliseconds:
                AppendSeconds(record.Time.ToUnixTimeMilliseconds(), ref line);
                break;
            case Layer4LogField.SessionTime:
                AppendSeconds((long)record.SessionTime.TotalMilliseconds, ref line);
                break;
            case Layer4LogField.BytesReceived:
                line.AppendValue(record.FromClient);
                break;
            case Layer4LogField.BytesSent:
                line.AppendValue(record.ToClient);
                break;
            case Layer4LogField.SocketBytesReceived:
                line.AppendValue(record.SocketRead);
                break;
            case Layer4LogField.SocketBytesSent:
                line.AppendValue(record.SocketWritten);
                break;
            case Layer4LogField.ServerAddresses or Layer4LogField.ServerBytesSent or Layer4LogField.ServerBytesReceived or Layer4LogField.ServerConnectTime:
                AppendServers(record, segment.Field, ref line);
                break;
            case Layer4LogField.ServerName:
                AppendValue(record.ServerName, ref line);
                break;
            case Layer4LogField.TerminatedServerName:
                AppendValue(record.TlsVersion == SslProtocols.None ? null : record.ServerName, ref line);
                break;
            case Layer4LogField.OfferedProtocols:
                AppendList(record.OfferedProtocols, ref line);
                break;
            case Layer4LogField.ChosenProtocol:
                AppendValue(record.Protocol, ref line);
                break;
            case Layer4LogField.TlsVersion:
                line.Append(TlsVersion(record.TlsVersion) is { IsEmpty: false } version ? version : "-"u8);
                break;
            case Layer4LogField.TlsCipher:
                AppendValue(CipherNames.Of(record.TlsCipher), ref line);
                break;
            case Layer4LogField.EntryPoint:
                AppendValue(record.EntryPoint, ref line);
                break;
            case Layer4LogField.Router:
                AppendValue(record.Router, ref line);
                break;
            case Layer4LogField.Service:
                AppendValue(record.Service, ref line);
                break;
            case Layer4LogField.EndedBy:
                line.Append(EndWords.By(record.End));
                break;
            case Layer4LogField.End:
                line.Append(EndWords.How(record.End));
                break;
            case Layer4LogField.Connection:
                AppendValue(record.Id, ref line);
                break;
            case Layer4LogField.HostName:
                AppendValue(Environment.MachineName, ref line);
                break;
            case Layer4LogField.ProcessId:
                AppendValue(ProcessId, ref line);
                break;
        }
    }

    private static void AppendServers(in Layer4Record record, Layer4LogField field, ref Utf8Line line)
    {
        foreach (var failed in record.Failed ?? [])
        {
            switch (field)
            {
                case Layer4LogField.ServerAddresses:
                    AppendValue(failed.Text, ref line);
                    break;
                case Layer4LogField.ServerConnectTime:
                    line.Append((byte)'-');
                    break;
                default:
                    line.Append((byte)'0');
                    break;
            }

            if (failed != record.Failed![^1] || record.Server is not null)
            {
                line.Append(", "u8);
            }
        }

        switch (field)
        {
            case var _ when record.Server is null:
                if (record.Failed is null)
                {
                    line.Append((byte)'-');
                }

                break;
            case Layer4LogField.ServerAddresses:
                AppendValue(record.Server.Text, ref line);
                break;
            case Layer4LogField.ServerConnectTime:
                AppendSeconds((long)record.ConnectTime.TotalMilliseconds, ref line);
                break;
            case Layer4LogField.ServerBytesSent:
                line.AppendValue(record.ToServer);
                break;
            default:
                line.AppendValue(record.FromServer);
                break;
        }
    }

    private static void AppendList(string[]? values, ref Utf8Line line)
    {
        if (values is not { Length: > 0 })
        {
            line.Append((byte)'-');
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                line.Append((byte)',');
            }

            AppendValue(values[i], ref line);
        }
    }

    private static void AppendValue(string? value, ref Utf8Line line)
    {
        if (string.IsNullOrEmpty(value))
        {
            line.Append((byte)'-');
        }
        else if (!value.AsSpan().ContainsAny(Dangerous.Characters))
        {
            line.AppendText(value);
        }
        else
        {
            foreach (var rune in value.EnumerateRunes())
            {
                if (rune.Value < ' ' || rune.Value is '"' or '\\' or 0x7f)
                {
                    line.Append("\\x"u8);
                    line.AppendValue(rune.Value, "X2");
                }
                else
                {
                    line.AppendRune(rune);
                }
            }
        }
    }

    private static void AppendSeconds(long milliseconds, ref Utf8Line line)
    {
        line.AppendValue(milliseconds / 1000);
        line.Append((byte)'.');
        line.AppendValue(milliseconds % 1000, "000");
    }

    private static void AppendOffset(TimeSpan offset, bool colon, ref Utf8Line line)
    {
        var minutes = (int)Math.Abs(offset.TotalMinutes);
        line.Append(offset < TimeSpan.Zero ? (byte)'-' : (byte)'+');
        line.AppendValue(minutes / 60, "00");
        if (colon)
        {
            line.Append((byte)':');
        }

        line.AppendValue(minutes % 60, "00");
    }
}
