using EdgeGateway.Proxy.Routing;
using System.Text;
using EdgeGateway.Configuration.Static;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>An entry point's options as limits of the HTTP engine; where Traefik has none, there is none.</summary>
internal static class EngineLimits
{
    // net/http reads so much more than maxHeaderBytes before it answers 431.
    private const int HeadTolerance = 4096;

    // http2.maxConcurrentStreams of Traefik: 250.
    private const int StreamsPerConnection = 250;

    // Kestrel's HTTP/2 doubles its limits of header count and size before it cuts a connection; above half the range that is negative,
    // and every request ends in GOAWAY PROTOCOL_ERROR.
    private const int EngineMaximum = int.MaxValue / 2;

    /// <summary>Fills <paramref name="options"/> from <paramref name="config"/>.</summary>
    public static void Apply(EntryPointConfig config, KestrelServerOptions options)
    {
        var timeouts = config.Transport.RespondingTimeouts;
        var head = (int)Math.Min((long)Math.Max(config.Http.MaxHeaderBytes, 1) + HeadTolerance, EngineMaximum);

        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        options.AllowAlternateSchemes = true; // :scheme is not held against the transport
        options.AllowHostHeaderOverride = true; // absolute-form targets name the host (RFC 9112 §3.2.2)
        options.RequestHeaderEncodingSelector = static name => name == "Connection" ? ConnectionValueEncoding.Instance : Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;

        var limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MaxRequestBufferSize = null; // our pipe bounds what is read ahead
        limits.MaxRequestLineSize = head;
        limits.MaxRequestHeadersTotalSize = head;
        limits.MaxRequestHeaderCount = EngineMaximum; // the size bounds it
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = Limit(timeouts.IdleTimeout);
        limits.RequestHeadersTimeout = Limit(timeouts.ReadTimeout);
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = head;
    }

    private static TimeSpan Limit(TimeSpan time) => time <= TimeSpan.Zero ? TimeSpan.MaxValue : time;
}
