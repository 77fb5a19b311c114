// errors, a request:
//   1  The rest of the pipeline runs behind a gate that refuses the statuses of the middleware: whoever has such an answer drops it, and
//      nothing of it is passed on.
//   2  Nothing refused: the request is over.
//   3  Else the request becomes a GET for the page, without a body, with the headers that may be passed on.
//   4  The service of the pages answers. The client gets its head and body, and the status that was caught, or what it is rewritten to,
//      whatever the page's own status was.
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.Middlewares.Errors;

/// <summary><c>errors</c>: error answers are replaced by pages of a service (runtime-behaviour §2.10).</summary>
internal sealed class ErrorsWrapper : RequestWrapper
{
    private readonly StatusRanges _statuses;
    private readonly StatusRewrites _rewrites;
    private readonly ErrorPageQuery _query;
    private readonly FrozenSet<string>? _headers;
    private readonly HttpServiceModel _pages;
    private readonly PageStatus _pageStatus;

    private ErrorsWrapper(
        string name, StatusRanges statuses, StatusRewrites rewrites, ErrorPageQuery query, ConfigList<string>? headers, HttpServiceModel pages)
        : base(name)
    {
        _statuses = statuses;
        _rewrites = rewrites;
        _query = query;
        _headers = headers?.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _pages = pages;
        _pageStatus = new(name);
    }

    /// <summary>Compiles the middleware.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="services">Finds the service of the pages.</param>
    /// <param name="wrapper">The result; null on an error.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(
        string name, ErrorPageConfig config, ServiceLookup services, [NotNullWhen(true)] out ErrorsWrapper? wrapper, [NotNullWhen(false)] out string? error)
    {
        wrapper = null;
        if (!StatusRanges.TryParse(config.Status, out var statuses, out error)
            || !StatusRewrites.TryParse(config.StatusRewrites, out var rewrites, out error)
            || !ErrorPageQuery.TryCreate(config.Query, out var query, out error))
        {
            return false;
        }

        if (string.IsNullOrEmpty(config.Service))
        {
            error = "errors: the service of the pages is missing";
            return false;
        }

        if (services(config.Service, out error) is not { } pages)
        {
            error ??= $"the service \"{config.Service}\" cannot be used";
            return false;
        }

        wrapper = new(name, statuses, rewrites, query, config.ErrorRequestHeaders, pages);
        return true;
    }

    /// <inheritdoc />
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        // 1
        var mark = context.Mark();
        var gate = new Gate(context.AnswerGate, _statuses);
        context.AnswerGate = gate;
        try
        {
            await next(context);
        }
        finally
        {
            context.AnswerGate = gate.Outer;
        }

        // 2
        if (!gate.HasRefused || context.IsAborted)
        {
            return;
        }

        context.ReturnTo(mark);
        await AnswerAsync(context, gate.Status);
    }

    private async ValueTask AnswerAsync(GatewayContext context, int caught)
    {
        // 3
        var status = _rewrites.Apply(caught);
        var http = context.Http;
        var response = http.Response;

        // What middlewares on the way wrote for the answer that was dropped; the connection's own stays.
        var connection = response.Headers.Connection;
        response.Headers.Clear();
        response.Headers.Connection = connection;
        http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        var method = http.Request.Method;
        PageRequest.Make(context, _query.For(context, status, caught), _headers);

        // 4
        var outer = context.AnswerGate;
        context.AnswerGate = outer is null ? null : new PageGate(outer, status);
        context.NoteForResponse(_pageStatus, new CaughtStatus(status));
        var dropped = method == "HEAD" || !AnswerStatus.HasBody(status) ? new DroppedBody() : null;
        dropped?.Enter(context);
        try
        {
            await _pages.HandleAsync(context);
        }
        finally
        {
            http.Request.Method = method;
            context.AnswerGate = outer;
            if (dropped is not null)
            {
                dropped.Leave(context);
                dropped.Release();
                context.Connection.Trailers = null;
            }
        }
    }

    private sealed class Gate(AnswerGate? outer, StatusRanges statuses) : AnswerGate(outer)
    {
        public int Status { get; private set; }

        protected override bool Wants(int status)
        {
            Status = status;
            return !statuses.Contains(status);
        }
    }

    // The page's own status means nothing: gates further out are asked about the one that the client would get.
    private sealed class PageGate(AnswerGate outer, int status) : AnswerGate(null)
    {
        protected override bool Wants(int ignored) => !outer.Refuses(status);
    }

    private sealed record CaughtStatus(int Status);

    private sealed class PageStatus(string name) : RequestFilter(name, actsOnResponse: true)
    {
        public override bool OnRequest(GatewayContext context) => true;

        public override void OnResponse(GatewayContext context)
        {
            var status = ((CaughtStatus)context.FilterState!).Status;
            var response = context.Http.Response;
            response.StatusCode = status;
            context.Http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = GoReasonPhrase.For(status);
            if (!AnswerStatus.HasBody(status))
            {
                response.ContentLength = null;
            }
        }
    }
}
