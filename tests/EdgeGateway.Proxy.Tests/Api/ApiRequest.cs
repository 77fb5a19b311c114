using System.Text;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Tests.Api;

/// <summary>A request to the API without a socket, and how its answer was written.</summary>
internal sealed class ApiRequest
{
    private readonly TestRequest _request;
    private readonly CountingStream _body = new();

    public ApiRequest(string target, string method)
    {
        _request = new TestRequest(target, method: method);
        _request.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_body));
    }

    public HttpResponseFeature Response => _request.Response;

    public int Status => _request.Status;

    public byte[] Bytes => _body.ToArray();

    public string Body => Encoding.UTF8.GetString(Bytes);

    /// <summary>Bytes between two flushes at most.</summary>
    public long LargestWrite => _body.Largest;

    public GatewayContext Start()
    {
        var context = _request.Start();
        var query = context.RawTarget.IndexOf('?', StringComparison.Ordinal);
        context.Target = new(context.RawTarget, query < 0 ? context.RawTarget.Length : query);
        return context;
    }

    private sealed class CountingStream : MemoryStream
    {
        private long _flushed;

        public long Largest { get; private set; }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Largest = Math.Max(Largest, Length - _flushed);
            _flushed = Length;
            return base.FlushAsync(cancellationToken);
        }
    }
}
