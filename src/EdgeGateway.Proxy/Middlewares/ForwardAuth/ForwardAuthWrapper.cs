// forwardAuth, a request:
//   1  Its body is read, where the authentication server wants it; one that is too long is answered 401.
//   2  The authentication server is asked. One that cannot be reached, or does not answer in time, is a 500.
//   3  Its answer is not 2xx: it is the client's, or the client is sent to the sign-in page.
//   4  2xx: what the answer says about the user goes into the request, which goes on.
using System.Net.Http.Headers;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Regexp;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.ForwardAuth;

/// <summary><c>forwardAuth</c>: another server decides whether a request may pass (runtime-behaviour §2.11).</summary>
internal sealed class ForwardAuthWrapper : RequestWrapper
{
    private readonly ForwardAuthConfig _config;
    private readonly Uri _address;
    private readonly AuthServer _server;
    private readonly AuthRequestHeaders _headers;
    private readonly GoRegex? _pattern;
    private readonly AuthCookies? _cookies;
    private readonly BodyMemory _memory;

    private ForwardAuthWrapper(string name, ForwardAuthConfig config, Uri address, AuthServer server, GoRegex? pattern, BodyMemory memory)
        : base(name)
    {
        _config = config;
        _address = address;
        _server = server;
        _headers = new(config);
        _pattern = pattern;
        _cookies = config.AddAuthCookiesToResponse.Count > 0 ? new(name, config.AddAuthCookiesToResponse.ToHashSet(StringComparer.Ordinal)) : null;
        _memory = memory;
    }

    /// <summary>Makes it, or says what is wrong.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="adopt">Gives the connections for TLS settings, made by the argument if there are none yet.</param>
    /// <param name="memory">For bodies that are passed on.</param>
    /// <param name="time">Clock.</param>
    public static (MiddlewareModel? Model, string? Error) Create(
        string name, ForwardAuthConfig config, Func<Func<AuthServer>, AuthServer> adopt, BodyMemory memory, TimeProvider time)
    {
        if (!Uri.TryCreate(config.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return (null, $"forwardAuth: address \"{config.Address}\" is no http or https URL");
        }

        GoRegex? pattern = null;
        if (config.AuthResponseHeadersRegex is { Length: > 0 } text && !GoRegex.TryParse(text, out pattern, out var fault))
        {
            return (null, $"error compiling regular expression {text}: {fault}");
        }

        try
        {
            return (new ForwardAuthWrapper(name, config, address, adopt(() => new AuthServer(config.Tls, time)), pattern, memory), null);
        }
        catch (InvalidDataException e)
        {
            return (null, $"forwardAuth.tls: {e.Message}");
        }
    }

    /// <inheritdoc />
    public override async ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        if (!_config.ForwardBody || !RepeatableRequests.HasBody(context.Http))
        {
            await AskAsync(context, next, null);
            return;
        }

        // 1
        var limit = _config.MaxBodySize is { } most and >= 0 ? Math.Min(most, _memory.Each) : _memory.Each;
        using var copy = new BodyCopy(limit, _memory);
        var body = RequestBody.Of(context.Http);
        try
        {
            if (context.Http.Request.ContentLength <= limit || context.Http.Request.ContentLength is null)
            {
                await body.ReadAsync(copy, context.Http.RequestAborted);
            }

            if (!copy.IsWhole)
            {
                await ErrorAnswer.BareAsync(context, StatusCodes.Status401Unauthorized);
                return;
            }

            body.Replace(new ReplayingReader(copy, null));
            await AskAsync(context, next, copy);
        }
        finally
        {
            body.Restore();
        }
    }

    private async ValueTask AskAsync(GatewayContext context, RequestHandler next, BodyCopy? body)
    {
        HttpResponseMessage answer;
        byte[]? text = null;
        using (var request = RequestFor(context, body))
        using (var limit = _server.LimitFor(context.Http.RequestAborted, out var timer))
        using (timer)
        {
            // 2
            try
            {
                answer = await _server.SendAsync(request, limit.Token);
                if (_config.MaxResponseBodySize is { } most and >= 0 && (text = await ReadAsync(answer, most, limit.Token)) is null)
                {
                    answer.Dispose();
                    await ErrorAnswer.BareAsync(context, StatusCodes.Status401Unauthorized);
                    return;
                }
            }
            catch (Exception e) when (!context.Http.RequestAborted.IsCancellationRequested
                && e is HttpRequestException or IOException or OperationCanceledException or UpstreamConnectException)
            {
                await ErrorAnswer.BareAsync(context, StatusCodes.Status500InternalServerError);
                return;
            }

            // 3
            using (answer)
            {
                NoteUser(context, answer);
                if (!answer.IsSuccessStatusCode)
                {
                    await RefuseAsync(context, answer, text, limit.Token);
                    return;
                }

                // 4
                Take(context, answer);
            }
        }

        await next(context);
    }

    private HttpRequestMessage RequestFor(GatewayContext context, BodyCopy? body)
    {
        var request = AuthServer.RequestFor(_address, _config.PreserveRequestMethod ? context.Method : "GET");
        if (body is not null)
        {
            request.Content = new ReadOnlyMemoryContent(body.Bytes);
        }

        foreach (var (name, values) in _headers.For(context))
        {
            string?[] all = values!;
            if (!request.Headers.TryAddWithoutValidation(name, all))
            {
                (request.Content ??= new EmptyContent()).Headers.TryAddWithoutValidation(name, all);
            }
        }

        return request;
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, long most, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentLength > most)
        {
            return null;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        using var text = new MemoryStream();
        var piece = new byte[4096];
        for (int read; (read = await stream.ReadAsync(piece, cancellation)) > 0;)
        {
            text.Write(piece, 0, read);
            if (text.Length > most)
            {
                return null;
            }
        }

        return text.ToArray();
    }

    private void NoteUser(GatewayContext context, HttpResponseMessage answer)
    {
        if (_config.HeaderField is { Length: > 0 } field && answer.Headers.NonValidated.TryGetValues(field, out var values))
        {
            context.UserName = values.ToString();
        }
    }

    private async ValueTask RefuseAsync(GatewayContext context, HttpResponseMessage answer, byte[]? text, CancellationToken limit)
    {
        var response = context.Http.Response;
        var status = (int)answer.StatusCode;
        if (status == StatusCodes.Status401Unauthorized && _config.AuthSigninURL is { Length: > 0 } signIn)
        {
            response.Headers.Location = AuthRedirect.SignIn(signIn, context.Target);
            await ErrorAnswer.BareAsync(context, StatusCodes.Status302Found);
            return;
        }

        if (context.AnswerGate?.Refuses(status) == true)
        {
            return;
        }

        response.StatusCode = status;
        context.Http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = GoReasonPhrase.For(status);
        Copy(answer.Headers.NonValidated, response.Headers, answer.Headers.NonValidated);
        Copy(answer.Content.Headers.NonValidated, response.Headers, answer.Headers.NonValidated);
        if (!_config.PreserveLocationHeader && response.Headers.Location.Count > 0)
        {
            response.Headers.Location = AuthRedirect.Resolve(_address, response.Headers.Location.ToString());
        }

        var hasBody = status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified);
        response.ContentLength = hasBody ? text?.Length ?? answer.Content.Headers.ContentLength : null;
        context.RunResponseFilters();
        if (!hasBody || context.Method == "HEAD")
        {
            return;
        }

        if (text is not null)
        {
            await response.BodyWriter.WriteAsync(text, limit);
            return;
        }

        try
        {
            await answer.Content.CopyToAsync(response.Body, limit);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort(); // the client sees that it is not whole
        }
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to, HttpHeadersNonValidated head)
    {
        _ = head.TryGetValues("Connection", out var named);
        foreach (var (name, values) in from)
        {
            if (!HopByHopHeaders.Contains(name) && !HopByHopHeaders.IsNamed(named, name) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                to[name] = values.ToArray();
            }
        }
    }

    // What the answer says of these names, or nothing: never what the client says.
    private void Take(GatewayContext context, HttpResponseMessage answer)
    {
        var headers = context.Http.Request.Headers;
        foreach (var name in _config.AuthResponseHeaders.AsSpan())
        {
            if (!IsFraming(name))
            {
                headers.Remove(name);
                if (TryFind(answer, name, out var values))
                {
                    headers[name] = values;
                }
            }
        }

        if (_pattern is not null)
        {
            foreach (var (name, _) in context.CopyHeaders())
            {
                if (!IsFraming(name) && _pattern.IsMatch(HeaderName.Canonical(name)))
                {
                    headers.Remove(name);
                }
            }

            foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
            {
                if (!IsFraming(name) && _pattern.IsMatch(HeaderName.Canonical(name)))
                {
                    headers[name] = values.ToArray();
                }
            }
        }

        if (_cookies is not null && answer.Headers.NonValidated.TryGetValues("Set-Cookie", out var lines) && lines.Count > 0)
        {
            context.NoteForResponse(_cookies, _cookies.Of(lines));
        }
    }

    private static bool TryFind(HttpResponseMessage answer, string name, out StringValues values)
    {
        if (answer.Headers.NonValidated.TryGetValues(name, out var found) || answer.Content.Headers.NonValidated.TryGetValues(name, out found))
        {
            values = found.ToArray();
            return true;
        }

        values = default;
        return false;
    }

    // An answer about the user has no say in how the request is framed or where it goes.
    private static bool IsFraming(string name) =>
        HopByHopHeaders.Contains(name) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Host", StringComparison.OrdinalIgnoreCase);
}
