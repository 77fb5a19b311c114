using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.GrpcWeb;

/// <summary>
/// <c>grpcWeb</c> (runtime-behaviour §2.12): browsers, which cannot read trailers, talk gRPC-Web; the server sees gRPC. A POST whose
/// <c>Content-Type</c> begins with <c>application/grpc-web</c> is translated, the preflight for one is answered, all else passes.
/// </summary>
internal sealed class GrpcWebWrapper : RequestWrapper
{
    /// <summary>Content type of gRPC; a suffix such as <c>+proto</c> may follow, here and below.</summary>
    public const string Grpc = "application/grpc";

    /// <summary>Content type of gRPC-Web.</summary>
    public const string GrpcWeb = "application/grpc-web";

    /// <summary>Content type of gRPC-Web in base64.</summary>
    public const string GrpcWebText = "application/grpc-web-text";

    private readonly AllowedOrigins _origins;
    private readonly HeadFilter _head;

    public GrpcWebWrapper(string name, GrpcWebConfig config)
        : base(name)
    {
        _origins = new(config.AllowOrigins);
        _head = new(name);
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        var request = context.Http.Request;
        if (AllowedOrigins.IsPreflight(request))
        {
            _origins.WritePreflight(request.Headers, context.Http.Response.Headers);
            return ErrorAnswer.BareAsync(context, StatusCodes.Status200OK);
        }

        var type = request.Headers.ContentType.ToString();
        return request.Method == "POST" && type.StartsWith(GrpcWeb, StringComparison.Ordinal) ? TranslateAsync(context, next, type) : next(context);
    }

    private async ValueTask TranslateAsync(GatewayContext context, RequestHandler next, string type)
    {
        var isText = type.StartsWith(GrpcWebText, StringComparison.Ordinal);
        var headers = context.Http.Request.Headers;
        headers.ContentType = Grpc + type[(isText ? GrpcWebText : GrpcWeb).Length..];
        headers.ContentLength = null;

        // Servers on gRPC's C core refuse a call without it; a browser cannot send it.
        headers.TE = "trailers";
        var body = isText && RequestRepeat.HasBody(context) ? RequestBody.Of(context.Http) : null;
        using var reader = body is null ? null : new Base64Reader(body.Reader);
        if (reader is not null)
        {
            body!.Replace(reader);
        }

        var answer = new GrpcWebAnswer(context, _origins, isText);
        answer.Begin();
        try
        {
            context.NoteForResponse(_head, answer);
            await next(context);
            answer.Finish();
        }
        finally
        {
            answer.End();
            body?.Restore();
        }
    }

    private sealed class HeadFilter(string name) : RequestFilter(name, actsOnResponse: true)
    {
        public override bool OnRequest(GatewayContext context) => true;

        public override void OnResponse(GatewayContext context) => ((GrpcWebAnswer)context.FilterState!).ReadHead();
    }
}
