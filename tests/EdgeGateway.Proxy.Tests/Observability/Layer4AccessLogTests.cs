using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Observability;
using EdgeGateway.Proxy.Observability.Layer4Log;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Observability;

public sealed class Layer4AccessLogTests
{
    /// <summary>The seed's nginx format (reference/scenarios.md, story B), as one line.</summary>
    private const string Seed =
        "$remote_addr - [$time_local] $protocol $status $bytes_sent $bytes_received $session_time \"$upstream_addr\" "
        + "\"$upstream_bytes_sent\" \"$upstream_bytes_received\" \"$upstream_connect_time\" $remote_addr $remote_port $server_addr $server_port";

    private static readonly Layer4Record Passed = new()
    {
        Time = new(2026, 11, 5, 7, 8, 9, 10, TimeSpan.FromMinutes(-210)),
        Id = "1f",
        EntryPoint = "websecure",
        Client = new(IPAddress.Parse("203.0.113.7"), 40123),
        Local = new(IPAddress.Parse("100.99.99.99"), 443),
        ServerName = "argocd.tcs-proxy.cscc",
        OfferedProtocols = ["h2", "http/1.1"],
        Router = "argo@file",
        Service = "workers@file",
        Server = Server("10.0.0.3:443"),
        ConnectTime = TimeSpan.FromMicroseconds(2999),
        SessionTime = TimeSpan.FromMilliseconds(61004.9),
        FromClient = 1200,
        ToClient = 345678,
        ToServer = 1228,
        FromServer = 345678,
        SocketRead = 1200,
        SocketWritten = 345678,
        End = ConnectionEnd.ClientClosed,
    };

    [Fact]
    public void The_seeds_nginx_format_gives_the_seeds_line_field_for_field() => Assert.Equal(
        "203.0.113.7 - [05/Nov/2026:07:08:09 -0330] TCP 200 345678 1200 61.004 \"10.0.0.3:443\" \"1228\" \"345678\" \"0.002\" "
        + "203.0.113.7 40123 100.99.99.99 443",
        Line(Passed, Seed));

    [Fact]
    public void Servers_that_were_tried_are_listed_as_nginx_lists_them() => Assert.Equal(
        "10.0.0.1:443, 10.0.0.2:443, 10.0.0.3:443|0, 0, 1228|0, 0, 345678|-, -, 0.002|200",
        Line(
            Copy(Passed, failed: [Server("10.0.0.1:443"), Server("10.0.0.2:443")]),
            "$upstream_addr|$upstream_bytes_sent|$upstream_bytes_received|$upstream_connect_time|$status"));

    [Fact]
    public void Without_any_server_that_answers_the_tried_ones_still_stand_there() => Assert.Equal(
        "10.0.0.1:443|0|-|502 gateway noServer",
        Line(
            Copy(Passed, failed: [Server("10.0.0.1:443")], end: ConnectionEnd.NoServer, connected: false),
            "$upstream_addr|$upstream_bytes_sent|$upstream_connect_time|$status $ended_by $end"));

    [Fact]
    public void What_there_is_not_is_a_dash() => Assert.Equal(
        "- - - - - - - - -",
        Line(
            new()
            {
                Time = Passed.Time, Id = "", EntryPoint = "", Client = Passed.Client, Local = Passed.Local, OfferedProtocols = [],
                SessionTime = default, FromClient = 0, ToClient = 0, SocketRead = 0, SocketWritten = 0, End = ConnectionEnd.ClientClosed,
            },
            "$sni $ssl_preread_alpn_protocols $ssl_protocol $ssl_cipher $router $service $upstream_addr $upstream_connect_time $proxy_protocol_addr"));

    [Fact]
    public void Names_of_the_TLS_that_ended_here_and_of_the_proxy_in_front() => Assert.Equal(
        "argocd.tcs-proxy.cscc h2,http/1.1 h2 TLSv1.3 TLS_AES_128_GCM_SHA256 203.0.113.7 40123 10.1.1.1 5555 2026-11-05T07:08:09-03:30 1793875089.010",
        Line(
            Copy(Passed, tls: true),
            "$ssl_server_name $ssl_preread_alpn_protocols $ssl_alpn_protocol $ssl_protocol $ssl_cipher $proxy_protocol_addr $proxy_protocol_port "
            + "$realip_remote_addr $realip_remote_port $time_iso8601 $msec"));

    [Fact]
    public void A_clients_text_cannot_break_out_of_its_place()
    {
        var record = Copy(Passed, name: "a\"b\\c\n\u007fé");
        Assert.Equal("a\\x22b\\x5Cc\\x0A\\x7Fé", Line(record, "$sni"));
        Assert.Equal("a\"b\\c\n\u007fé", Json(record).GetProperty("sni").GetString());
    }

    [Fact]
    public void Json_holds_the_same_in_numbers()
    {
        var json = Json(Copy(Passed, failed: [Server("10.0.0.1:443")], tls: true));
        Assert.Equal(
            (
                "{'time':'2026-11-05T10:38:09.010Z','protocol':'TCP','status':200,'entryPoint':'websecure','clientAddress':'203.0.113.7','clientPort':40123,"
                + "'peerAddress':'10.1.1.1','peerPort':5555,'localAddress':'100.99.99.99','localPort':443,'sni':'argocd.tcs-proxy.cscc',"
                + "'alpnOffered':['h2','http/1.1'],'alpn':'h2','tlsVersion':'TLSv1.3','tlsCipher':'TLS_AES_128_GCM_SHA256','router':'argo@file',"
                + "'service':'workers@file','servers':[{'address':'10.0.0.1:443','connected':false},"
                + "{'address':'10.0.0.3:443','connected':true,'connectMs':2.999,'bytesSent':1228,'bytesReceived':345678}],"
                + "'sessionMs':61004.900,'bytesReceived':1200,'bytesSent':345678,'socketBytesReceived':1200,'socketBytesSent':345678,"
                + "'endedBy':'client','end':'closed','connection':'1f'}").Replace('\'', '"'),
            json.GetRawText());
    }

    [Theory]
    [InlineData(ConnectionEnd.ClientClosed, 200)]
    [InlineData(ConnectionEnd.IdleTimeout, 200)]
    [InlineData(ConnectionEnd.BadOpening, 400)]
    [InlineData(ConnectionEnd.Refused, 403)]
    [InlineData(ConnectionEnd.HandshakeFailed, 500)]
    [InlineData(ConnectionEnd.NoServer, 502)]
    [InlineData(ConnectionEnd.NoRoute, 502)]
    [InlineData(ConnectionEnd.TooMany, 503)]
    public void The_status_follows_from_the_end(ConnectionEnd end, int status) =>
        Assert.Equal(status, Json(Copy(Passed, end: end)).GetProperty("status").GetInt32());

    [Fact]
    public void Every_end_has_words_of_its_own_but_for_closed_and_reset()
    {
        var ends = Enum.GetValues<ConnectionEnd>();
        var words = ends.Select(end => Line(Copy(Passed, end: end), "$ended_by $end")).ToList();
        Assert.Equal(ends.Length, words.Distinct().Count());
    }

    [Theory]
    [InlineData(Seed)]
    [InlineData("json")]
    public void A_record_allocates_nothing(string format)
    {
        using var writer = new BoundedLineWriter(Stream.Null, "test");
        Assert.True(Layer4LogFormat.TryParse(format, out var parsed, out _));
        var log = new Layer4AccessLog(writer, parsed, TimeProvider.System);
        var record = Copy(Passed, failed: [Server("10.0.0.1:443")], tls: true);

        // The least of some rounds: the writer's two buffers grow first, and once more when its thread is late. Each round is written out
        // before the next, so that none is dropped on a busy machine.
        var least = long.MaxValue;
        var lines = 0;
        for (var round = 0; round < 20; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++)
            {
                log.Log(record);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            lines += 50;
            Assert.True(SpinWait.SpinUntil(() => writer.Written + writer.Dropped == lines, TimeSpan.FromSeconds(60)));
        }

        Assert.Equal(0, least);
        Assert.Equal(0, log.Dropped);
    }

    private static JsonElement Json(in Layer4Record record) => JsonDocument.Parse(Line(record, "json")).RootElement;

    private static string Line(in Layer4Record record, string format)
    {
        using var target = new MemoryStream();
        var writer = new BoundedLineWriter(target, "test");
        Assert.True(Layer4LogFormat.TryParse(format, out var parsed, out var error), error);
        new Layer4AccessLog(writer, parsed, TimeProvider.System).Log(record);
        writer.Close(TimeSpan.FromSeconds(20));
        return System.Text.Encoding.UTF8.GetString(target.ToArray()).TrimEnd('\n');
    }

    private static Layer4Server Server(string text) => Layer4Address.TryParse(text, out var address, out _) ? new(text, address, false) : throw new ArgumentException(text);

    private static Layer4Record Copy(
        in Layer4Record record, List<Layer4Server>? failed = null, ConnectionEnd? end = null, bool connected = true, bool tls = false, string? name = null) => new()
    {
        Time = record.Time,
        Id = record.Id,
        EntryPoint = record.EntryPoint,
        Client = record.Client,
        ProxyPeer = tls ? new(IPAddress.Parse("10.1.1.1"), 5555) : null,
        Local = record.Local,
        ServerName = name ?? record.ServerName,
        OfferedProtocols = record.OfferedProtocols,
        Protocol = tls ? "h2" : null,
        TlsVersion = tls ? SslProtocols.Tls13 : SslProtocols.None,
        TlsCipher = tls ? TlsCipherSuite.TLS_AES_128_GCM_SHA256 : null,
        Router = record.Router,
        Service = record.Service,
        Failed = failed,
        Server = connected ? record.Server : null,
        ConnectTime = record.ConnectTime,
        SessionTime = record.SessionTime,
        FromClient = record.FromClient,
        ToClient = record.ToClient,
        ToServer = record.ToServer,
        FromServer = record.FromServer,
        SocketRead = record.SocketRead,
        SocketWritten = record.SocketWritten,
        End = end ?? record.End,
    };
}
