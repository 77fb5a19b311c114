using System.Net;
using System.Text;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Observability.AccessLog;

namespace EdgeGateway.Proxy.Observability.Layer4Log;

/// <summary>A record as a JSON object on one line; what there is not is left out. Times are milliseconds with three decimals.</summary>
internal static class Layer4Json
{
    /// <summary>Writes the object.</summary>
    public static void Build(in Layer4Record record, ref Utf8Line line)
    {
        line.Append("{\"time\":\""u8);
        line.AppendValue(record.Time.UtcDateTime, "yyyy-MM-ddTHH:mm:ss.fffZ");
        line.Append("\",\"protocol\":\""u8);
        line.Append(record.IsUdp ? "UDP\""u8 : "TCP\""u8);
        line.Append(",\"status\":"u8);
        line.AppendValue(EndWords.Status(record.End));
        Text(",\"entryPoint\":"u8, record.EntryPoint, ref line);
        Address(",\"clientAddress\":\""u8, ",\"clientPort\":"u8, record.Client, ref line);
        Address(",\"peerAddress\":\""u8, ",\"peerPort\":"u8, record.ProxyPeer, ref line);
        Address(",\"localAddress\":\""u8, ",\"localPort\":"u8, record.Local, ref line);
        Text(",\"sni\":"u8, record.ServerName, ref line);
        if (record.OfferedProtocols is { Length: > 0 } offered)
        {
            line.Append(",\"alpnOffered\":["u8);
            for (var i = 0; i < offered.Length; i++)
            {
                if (i > 0)
                {
                    line.Append((byte)',');
                }

                JsonText.Quoted(offered[i], ref line);
            }

            line.Append((byte)']');
        }

        Text(",\"alpn\":"u8, record.Protocol, ref line);
        if (Layer4Text.TlsVersion(record.TlsVersion) is { IsEmpty: false } version)
        {
            line.Append(",\"tlsVersion\":\""u8);
            line.Append(version);
            line.Append((byte)'"');
        }

        Text(",\"tlsCipher\":"u8, CipherNames.Of(record.TlsCipher), ref line);
        Text(",\"router\":"u8, record.Router, ref line);
        Text(",\"service\":"u8, record.Service, ref line);
        Servers(record, ref line);
        line.Append(",\"sessionMs\":"u8);
        Milliseconds(record.SessionTime, ref line);
        Number(",\"bytesReceived\":"u8, record.FromClient, ref line);
        Number(",\"bytesSent\":"u8, record.ToClient, ref line);
        Number(",\"socketBytesReceived\":"u8, record.SocketRead, ref line);
        Number(",\"socketBytesSent\":"u8, record.SocketWritten, ref line);
        line.Append(",\"endedBy\":\""u8);
        line.Append(EndWords.By(record.End));
        line.Append("\",\"end\":\""u8);
        line.Append(EndWords.How(record.End));
        line.Append((byte)'"');
        Text(",\"connection\":"u8, record.Id, ref line);
        line.Append((byte)'}');
    }

    private static void Servers(in Layer4Record record, ref Utf8Line line)
    {
        if (record.Failed is null && record.Server is null)
        {
            return;
        }

        line.Append(",\"servers\":["u8);
        foreach (var failed in record.Failed ?? [])
        {
            line.Append("{\"address\":"u8);
            JsonText.Quoted(failed.Text, ref line);
            line.Append(record.Server is null && failed == record.Failed![^1] ? ",\"connected\":false}"u8 : ",\"connected\":false},"u8);
        }

        if (record.Server is { } server)
        {
            line.Append("{\"address\":"u8);
            JsonText.Quoted(server.Text, ref line);
            line.Append(",\"connected\":true,\"connectMs\":"u8);
            Milliseconds(record.ConnectTime, ref line);
            Number(",\"bytesSent\":"u8, record.ToServer, ref line);
            Number(",\"bytesReceived\":"u8, record.FromServer, ref line);
            line.Append((byte)'}');
        }

        line.Append((byte)']');
    }

    private static void Address(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port, IPEndPoint? value, ref Utf8Line line)
    {
        if (value is not null)
        {
            line.Append(address);
            line.AppendValue(value.Address);
            line.Append((byte)'"');
            line.Append(port);
            line.AppendValue(value.Port);
        }
    }

    private static void Text(ReadOnlySpan<byte> name, string? value, ref Utf8Line line)
    {
        if (!string.IsNullOrEmpty(value))
        {
            line.Append(name);
            JsonText.Quoted(value, ref line);
        }
    }

    private static void Number(ReadOnlySpan<byte> name, long value, ref Utf8Line line)
    {
        line.Append(name);
        line.AppendValue(value);
    }

    private static void Milliseconds(TimeSpan time, ref Utf8Line line)
    {
        var microseconds = (long)time.TotalMicroseconds;
        line.AppendValue(microseconds / 1000);
        line.Append((byte)'.');
        line.AppendValue(microseconds % 1000, "000");
    }
}
