using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>The body of a request while another reader stands in front of the HTTP engine's.</summary>
internal sealed class RequestBody
{
    private readonly HttpContext _http;
    private readonly IRequestBodyPipeFeature? _feature;
    private readonly Stream _stream;

    private RequestBody(HttpContext http)
    {
        _http = http;
        Reader = http.Request.BodyReader;
        _feature = http.Features.Get<IRequestBodyPipeFeature>();
        _stream = http.Request.Body;
    }

    /// <summary>The engine's reader.</summary>
    public PipeReader Reader { get; }

    /// <summary>Notes what is there; <see cref="Restore"/> puts it back.</summary>
    public static RequestBody Of(HttpContext http) => new(http);

    /// <summary>Puts a reader in its place, for both ways in which forwarders read.</summary>
    public void Replace(PipeReader reader)
    {
        _http.Features.Set<IRequestBodyPipeFeature>(new Replaced(reader));
        _http.Request.Body = reader.AsStream(leaveOpen: true);
    }

    /// <summary>Puts the engine's back.</summary>
    public void Restore()
    {
        _http.Features.Set(_feature);
        _http.Request.Body = _stream;
    }

    /// <summary>Reads all of it into a copy; ends early when that is too long.</summary>
    public async ValueTask ReadAsync(BodyCopy copy, CancellationToken cancellation)
    {
        var reader = new CopyingReader(Reader, copy);
        while (!copy.IsTooLong)
        {
            var result = await reader.ReadAsync(cancellation);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private sealed class Replaced(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = reader;
    }
}
