using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>
/// <c>compress</c> (runtime-behaviour §2.6): the request's <c>Accept-Encoding</c> chooses the coding, <see cref="CompressedHead"/> decides by
/// the answer's head whether the body may be compressed, <see cref="CompressedBody"/> does it.
/// </summary>
internal sealed class CompressWrapper : RequestWrapper
{
    // Kept for later requests; each holds no buffer while it is idle.
    private const int MaxIdle = 256;

    private static readonly ConcurrentQueue<CompressedBody> Idle = [];

    private readonly AcceptEncoding _negotiation;
    private readonly ContentTypeFilter _types;
    private readonly CompressedHead _head;
    private readonly long _minimum;

    private CompressWrapper(string name, AcceptEncoding negotiation, ContentTypeFilter types, long minimum)
        : base(name)
    {
        _negotiation = negotiation;
        _types = types;
        _minimum = minimum;
        _head = new(name);
    }

    /// <summary>Compiles the middleware.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="wrapper">The result; null on an error.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string name, CompressConfig config, [NotNullWhen(true)] out CompressWrapper? wrapper, [NotNullWhen(false)] out string? error)
    {
        wrapper = null;
        if (!ContentTypeFilter.TryCreate(config, out var types, out error) || !AcceptEncoding.TryCreate(config, out var negotiation, out error))
        {
            return false;
        }

        // Traefik's default: smaller bodies fit into one packet anyway.
        wrapper = new(name, negotiation, types, config.MinResponseBodyBytes > 0 ? config.MinResponseBodyBytes : 1024);
        return true;
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        var headers = context.Http.Request.Headers;
        if (context.Method == "HEAD" || _types.ExcludesRequest(headers.ContentType))
        {
            return next(context);
        }

        var coding = _negotiation.Choose(headers.AcceptEncoding);
        return coding == ContentCoding.None ? next(context) : CompressAsync(context, next, coding);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CompressAsync(GatewayContext context, RequestHandler next, ContentCoding coding)
    {
        var body = Idle.TryDequeue(out var idle) ? idle : new CompressedBody();
        body.Begin(context, coding, _minimum, _types);
        try
        {
            context.NoteForResponse(_head, body);
            await next(context);
            await body.FinishAsync();
        }
        finally
        {
            body.End();
            if (Idle.Count < MaxIdle)
            {
                Idle.Enqueue(body);
            }
        }
    }
}
