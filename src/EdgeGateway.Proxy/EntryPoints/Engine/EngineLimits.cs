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

    // net/http has no such limit; the size bounds it. Kestrel doubles this for HTTP/2, so it must not be int.MaxValue.
    private const int HeaderCount = 1 << 20;

    /// <summary>Fills <paramref name="options"/> from <paramref name="config"/>.</summary>
    public static void Apply(EntryPointConfig config, KestrelServerOptions options)
    {
        var timeouts = config.Transport.RespondingTimeouts;
        var head = (int)Math.Min((long)Math.Max(config.Http.MaxHeaderBytes, 1) + HeadTolerance, int.MaxValue);

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
        limits.MaxRequestHeaderCount = HeaderCount;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = Limit(timeouts.IdleTimeout > TimeSpan.Zero ? timeouts.IdleTimeout : timeouts.ReadTimeout); // as net/http
        limits.RequestHeadersTimeout = Limit(timeouts.ReadTimeout);
        // Go counts 0 and less as its own default.
        limits.Http2.MaxStreamsPerConnection = config.Http2.MaxConcurrentStreams > 0 ? config.Http2.MaxConcurrentStreams : new EntryPointHttp2Config().MaxConcurrentStreams;
        limits.Http2.HeaderTableSize = Math.Max(config.Http2.MaxDecoderHeaderTableSize, 0);
        limits.Http2.MaxRequestHeaderFieldSize = head;
    }

    private static TimeSpan Limit(TimeSpan time) => time <= TimeSpan.Zero ? TimeSpan.MaxValue : time;
}
