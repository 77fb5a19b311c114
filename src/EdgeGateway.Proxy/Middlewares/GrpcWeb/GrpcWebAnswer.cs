// The answer to a gRPC-Web request:
//   1  The head is read: what is gRPC is translated, anything else, such as an error of the gateway, goes on as it is.
//   2  Messages pass, or are encoded as base64, and leave with each flush: streams stay streams.
//   3  The trailers do not go where trailers go, but into a frame of their own behind the messages. A head that has the status already
//      ("trailers-only") needs none.
using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.GrpcWeb;

/// <summary>Turns the body of one gRPC answer into one of gRPC-Web (PROTOCOL-WEB of the gRPC project).</summary>
internal sealed class GrpcWebAnswer(GatewayContext context, AllowedOrigins origins, bool isText) : AnswerBody
{
    // Most significant bit of a frame's first byte: trailers.
    private const byte TrailerFrame = 0x80;

    private readonly PooledOutput _pending = new();
    private readonly List<KeyValuePair<string, StringValues>> _trailers = [];
    private bool _translates;
    private bool _hasStatus;
    private bool _hasBody;
    private bool _isFinished;
    private long _sent;

    /// <summary>Takes up the request.</summary>
    public void Begin()
    {
        Enter(context);
        context.TrailerSink = _trailers;
    }

    /// <summary>Lets go of everything.</summary>
    public void End()
    {
        Leave(context);
        context.TrailerSink = null;
        _pending.Release();
    }

    // 1
    /// <summary>Decides by the head.</summary>
    public void ReadHead()
    {
        var response = context.Http.Response;
        var headers = response.Headers;
        var type = headers.ContentType.ToString();
        _translates = type.StartsWith(GrpcWebWrapper.Grpc, StringComparison.Ordinal) && !type.StartsWith(GrpcWebWrapper.GrpcWeb, StringComparison.Ordinal);
        if (_translates)
        {
            headers.ContentType = (isText ? GrpcWebWrapper.GrpcWebText : GrpcWebWrapper.GrpcWeb) + type[GrpcWebWrapper.Grpc.Length..];
            headers.ContentLength = null;
            headers.Trailer = default;
            _hasStatus = headers.GrpcStatus.Count > 0;
        }
        else
        {
            context.TrailerSink = null;
            foreach (var (name, values) in _trailers)
            {
                context.AddTrailer(name, values);
            }
        }

        // A page sees of a head what is named here, and some harmless fields.
        headers.AccessControlExposeHeaders = string.Join(", ", headers.Keys.Except(["grpc-status", "grpc-message"], StringComparer.OrdinalIgnoreCase)
            .Append("grpc-status").Append("grpc-message"));
        origins.Write(context.Http.Request.Headers, headers);
    }

    // 2
    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0) => _translates ? _pending.GetMemory(sizeHint) : Inner.Writer.GetMemory(sizeHint);

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0) => _translates ? _pending.GetSpan(sizeHint) : Inner.Writer.GetSpan(sizeHint);

    /// <inheritdoc />
    public override void Advance(int bytes)
    {
        if (!_translates)
        {
            Inner.Writer.Advance(bytes);
            return;
        }

        _hasBody |= bytes > 0;
        _pending.Advance(bytes);
    }

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken = default) => Inner.StartAsync(cancellationToken);

    /// <inheritdoc />
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Pass();
        return Inner.Writer.FlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task CompleteAsync()
    {
        Finish();
        await Inner.CompleteAsync();
    }

    // 3
    /// <summary>Nothing more comes: the trailers follow, unless the answer broke off.</summary>
    public void Finish()
    {
        if (!_translates || _isFinished || context.IsAborted)
        {
            return;
        }

        _isFinished = true;
        Pass();
        if (_hasStatus && !_hasBody && _trailers.Count == 0)
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var (name, values) in _trailers.OrderBy(static trailer => trailer.Key, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var value in values)
            {
                text.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
            }
        }

        var head = _pending.GetSpan(5);
        head[0] = TrailerFrame;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], text.Length); // one byte for each character
        _pending.Advance(5);
        Encoding.Latin1.GetBytes(text.ToString(), _pending);
        Pass();
    }

    // What is there leaves as a whole: base64 gets its padding, as the protocol allows between pieces.
    private void Pass()
    {
        var bytes = _pending.Written;
        if (bytes.IsEmpty)
        {
            return;
        }

        var client = Inner.Writer;
        if (isText)
        {
            var text = client.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
            _ = Base64.EncodeToUtf8(bytes, text, out _, out var written);
            client.Advance(written);
            _sent += written;
        }
        else
        {
            client.Write(bytes);
            _sent += bytes.Length;
        }

        _pending.Release();
        if (Inner is not AnswerBody)
        {
            context.Forwarding.AnswerBytes = _sent; // others that change the number count by themselves
        }
    }
}
