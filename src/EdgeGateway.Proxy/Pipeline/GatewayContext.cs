using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Rules.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>One request on its way through the gateway. Pooled: the HTTP engine rents one per request and returns it.</summary>
public sealed class GatewayContext : HttpRequestView
{
    private readonly DefaultHttpContext _http = new();
    private KeyValuePair<string, StringValues>[] _headers = new KeyValuePair<string, StringValues>[32];
    private int _headerCount;
    private int _received = -1;
    private string? _routingPath;
    private string? _rawQuery;
    private string _lastHost = "";
    private string _lastCanonicalHost = "";
    private string _lastPort = "";
    private string? _forwardedFor;
    private List<(object Owner, string Line)>? _stickyCookies;
    private List<(HttpRouterModel Router, long Entered)>? _children;
    private bool _routesOnTarget;
    private int _answerStatus;
    private string _answerBody = "";
    private bool _answerIsPlain;

    /// <summary>Request and response; features are those of the HTTP engine.</summary>
    public HttpContext Http => _http;

    /// <summary>The connection that carries the request.</summary>
    public Connection Connection { get; private set; } = null!;

    /// <summary>All routing as it was when the request began.</summary>
    public GatewaySnapshot Snapshot { get; internal set; } = GatewaySnapshot.Empty;

    /// <summary>The router that matched; null until then and when none did.</summary>
    public HttpRouterModel? Router { get; internal set; }

    /// <summary>The routers below <see cref="Router"/> that matched, outermost first, each with the timestamp of that; mostly none.</summary>
    internal ReadOnlySpan<(HttpRouterModel Router, long Entered)> Children => CollectionsMarshal.AsSpan(_children);

    /// <summary>Names of all routers that matched, as the access log shows them; null when none did.</summary>
    internal string? RouterNames =>
        _children is { Count: > 0 } children ? string.Join(" -> ", children.Select(static child => child.Router.Name).Prepend(Router!.Name)) : Router?.Name;

    /// <summary>Request target as the HTTP engine received it, whatever its form.</summary>
    public string RawTarget { get; internal set; } = "";

    /// <summary>Host as received (or the authority of an absolute target), with port and in its case; empty when there is none.</summary>
    public string OriginalHost { get; private set; } = "";

    /// <summary>Path and query after the entry point's normalising, before any middleware: what rules see.</summary>
    public RequestTarget OriginalTarget { get; private set; }

    /// <summary>Path and query as the middlewares left them so far. Path-changing middlewares set it.</summary>
    public RequestTarget Target { get; set; }

    /// <summary>What goes to the server: complete when the service is called. Middlewares may set <see cref="UpstreamRequest.Host"/>.</summary>
    public UpstreamRequest Upstream { get; } = new();

    /// <summary>What the service did.</summary>
    public ForwardingRecord Forwarding { get; } = new();

    /// <summary>Bytes of the request's body: what is announced, else what was passed on.</summary>
    internal long RequestBytes => _http.Request.ContentLength ?? Forwarding.ClientBytes;

    /// <summary>Bytes of the answer's body: what is announced, else what a middleware made of it, else what the server sent.</summary>
    internal long AnswerBytes => _http.Response.ContentLength ?? Forwarding.AnswerBytes ?? Forwarding.ServerBytes;

    /// <summary><see cref="TimeProvider.GetTimestamp"/> at the request's begin.</summary>
    public long StartTimestamp { get; internal set; }

    /// <summary>User name for the access log; set by authentication, also when it refused; empty = asked without an answer, null = not asked.</summary>
    public string? UserName { get; set; }

    /// <summary>What the running filter keeps from its <see cref="RequestFilter.OnRequest"/> for its <see cref="RequestFilter.OnResponse"/>.</summary>
    public object? FilterState { get; set; }

    /// <summary>True: the peer is not added to X-Forwarded-For (<c>notAppendXForwardedFor</c> of the entry point).</summary>
    public bool KeepForwardedFor { get; internal set; }

    /// <summary>True: no X-Forwarded-For goes to the server at all (a headers middleware that sets it to nothing).</summary>
    public bool OmitForwardedFor { get; set; }

    /// <summary>True behind a <c>contentType</c>: answers get a Content-Type that is guessed.</summary>
    internal bool GuessesContentType { get; set; }

    /// <summary>The filters that still have a say in the answer's head.</summary>
    internal ResponseFilterStack ResponseFilters { get; } = new();

    /// <summary>Asked about an answer before it is passed on; null on the way of most requests.</summary>
    internal AnswerGate? AnswerGate { get; set; }

    /// <summary>The exception that ended the request in a 500; null otherwise.</summary>
    public Exception? Fault { get; internal set; }

    /// <inheritdoc />
    public override string CanonicalHost
    {
        get
        {
            // Requests of one client mostly carry one host: its canonical form is kept over the life of the pooled context.
            if (!string.Equals(_lastHost, OriginalHost, StringComparison.Ordinal))
            {
                ReadHost();
            }

            return _lastCanonicalHost;
        }
    }

    /// <summary>Port in the request's host; empty when there is none.</summary>
    internal string HostPort
    {
        get
        {
            if (!string.Equals(_lastHost, OriginalHost, StringComparison.Ordinal))
            {
                ReadHost();
            }

            return _lastPort;
        }
    }

    /// <inheritdoc />
    public override string RoutingPath => _routingPath ??= Routing.RoutingPath.From(Routed.EscapedPath, Routed.Text);

    /// <inheritdoc />
    public override string Method => _http.Request.Method;

    /// <inheritdoc />
    public override IPAddress? PeerAddress => Connection.Peer.Address;

    /// <inheritdoc />
    public override string RawQuery => _rawQuery ??= Routed.Query.ToString();

    private RequestTarget Routed => _routesOnTarget ? Target : OriginalTarget;

    /// <inheritdoc />
    public override int CountHeader(string name) => _http.Request.Headers[name].Count;

    /// <inheritdoc />
    public override string GetHeader(string name, int index) => _http.Request.Headers[name][index] ?? "";

    /// <summary>Request headers as they came in, for one pass over all of them; valid until the request headers are changed.</summary>
    internal ReadOnlySpan<KeyValuePair<string, StringValues>> CopyHeaders()
    {
        var headers = _http.Request.Headers;
        var count = headers.Count;
        if (_headers.Length < count)
        {
            _headers = new KeyValuePair<string, StringValues>[count * 2];
        }

        headers.CopyTo(_headers, 0);
        _headerCount = Math.Max(_headerCount, count);
        _received = count;
        return _headers.AsSpan(0, count);
    }

    /// <summary>The request headers as they came in: what the check of the HTTP engine copied, unless they were never copied.</summary>
    internal ReadOnlySpan<KeyValuePair<string, StringValues>> ReceivedHeaders() => _received < 0 ? CopyHeaders() : _headers.AsSpan(0, _received);

    /// <summary>True when the client's protocol carries trailers: HTTP/1.1 (if the answer is chunked) and HTTP/2.</summary>
    internal bool TakesTrailers => TrailerSink is not null || HttpProtocol.IsHttp11(_http.Request.Protocol) || _http.Features.Get<IHttpResponseTrailersFeature>() is not null;

    /// <summary>Takes the answer's trailers in place of the client; null on the way of most requests.</summary>
    internal List<KeyValuePair<string, StringValues>>? TrailerSink { get; set; }

    /// <summary>Adds a trailer field to the answer; to be called when all of its body has been flushed. Without effect where none can be sent.</summary>
    internal void AddTrailer(string name, StringValues values)
    {
        if (TrailerSink is { } sink)
        {
            sink.Add(new(name, values));
            return;
        }

        if (_http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers)
        {
            trailers.Append(name, values);
        }
        else if (HttpProtocol.IsHttp11(_http.Request.Protocol))
        {
            var section = Connection.Trailers ??= new(256);
            foreach (var value in values)
            {
                Encoding.Latin1.GetBytes($"{name}: {value}\r\n", section);
            }
        }
    }

    /// <summary>What the forwarder keeps with the pooled context from request to request.</summary>
    internal Forwarding.GatewayTransformer? Transformer { get; set; }

    /// <inheritdoc cref="Transformer"/>
    internal Forwarding.Http1.Http1Exchange? Exchange { get; set; }

    /// <summary>The time limits of the request.</summary>
    internal RequestLimits Limits => field ??= new RequestLimits(this);

    /// <summary>Takes up a request.</summary>
    public void Initialize(IFeatureCollection features, Connection connection)
    {
        _http.Initialize(features);
        Connection = connection;
        RawTarget = features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
    }

    /// <summary>
    /// The target as a redirection sends it back: as <see cref="Target"/>, with the semicolons of the query as received while no
    /// middleware changed it.
    /// </summary>
    internal string RedirectTarget()
    {
        var question = RawTarget.IndexOf('?', StringComparison.Ordinal);
        return question < 0 || RawTarget.IndexOf(';', question) < 0 || RawTarget[0] != '/' || Target != OriginalTarget
            || !Target.EscapedPath.SequenceEqual(RawTarget.AsSpan(0, question))
            ? Target.ToString()
            : RawTarget;
    }

    /// <summary>Notes target and host once the entry point has normalised them.</summary>
    internal void SetRequest(RequestTarget target, string host)
    {
        OriginalTarget = target;
        Target = target;
        OriginalHost = host;
        Upstream.Method = _http.Request.Method;
        Upstream.Host = host;
    }

    /// <summary>From here on rules see <see cref="Target"/> as it is now.</summary>
    internal void RouteOnTarget()
    {
        if (_routesOnTarget || Target != OriginalTarget)
        {
            _routesOnTarget = true;
            _routingPath = null;
            _rawQuery = null;
        }
    }

    /// <summary>Notes that a router below another one matched.</summary>
    internal void Enter(HttpRouterModel child, long timestamp) => (_children ??= []).Add((child, timestamp));

    /// <summary>Sets the answer that the gateway gives instead of the service; a filter then returns false.</summary>
    /// <param name="status">Status code.</param>
    /// <param name="body">Body; empty for none.</param>
    /// <param name="plain">True: a plain error with Content-Type and line feed; false: bare (runtime-behaviour §1.2).</param>
    public void SetAnswer(int status, string body = "", bool plain = false)
    {
        _answerStatus = status;
        _answerBody = body;
        _answerIsPlain = plain;
    }

    /// <summary>Writes the answer of <see cref="SetAnswer"/>, its head edited by the filters that ran.</summary>
    public ValueTask WriteAnswerAsync() => _answerIsPlain
        ? ErrorAnswer.PlainAsync(this, _answerStatus, _answerBody)
        : ErrorAnswer.BareAsync(this, _answerStatus, _answerBody);

    /// <summary>Runs a filter's request side and notes it for the response; false when it answered.</summary>
    internal bool RunFilter(RequestFilter filter)
    {
        if (!filter.OnRequest(this))
        {
            FilterState = null;
            return false;
        }

        if (filter.ActsOnResponse)
        {
            NoteForResponse(filter, FilterState);
        }

        FilterState = null;
        return true;
    }

    /// <summary>Has a filter edit the response head in its turn; for wrappers that also have a say in the head.</summary>
    internal void NoteForResponse(RequestFilter filter, object? state) => ResponseFilters.Add(filter, state);

    /// <summary>
    /// Lets the filters that ran edit the response head, in reverse order, once per response. Called at exactly one place per
    /// answer: by the forwarder when the server's status and headers were copied, by <see cref="ErrorAnswer"/> before it writes.
    /// </summary>
    public void RunResponseFilters()
    {
        if (Forwarding is { KeepsHeaders: true, ServiceName: not null, OriginHeaders: null })
        {
            Forwarding.OriginHeaders = [.. _http.Response.Headers];
        }

        if (_stickyCookies is { Count: > 0 })
        {
            WriteStickyCookies(_stickyCookies);
        }

        ResponseFilters.Run(this);
    }

    /// <summary>
    /// Notes the cookie that keeps the client on a choice; the answer's head gets it before the filters see that. A later choice of the same
    /// service takes its place.
    /// </summary>
    /// <param name="owner">Who chose.</param>
    /// <param name="line">Value of Set-Cookie.</param>
    internal void SetStickyCookie(object owner, string line)
    {
        var cookies = _stickyCookies ??= [];
        for (var i = 0; i < cookies.Count; i++)
        {
            if (ReferenceEquals(cookies[i].Owner, owner))
            {
                cookies[i] = (owner, line);
                return;
            }
        }

        cookies.Add((owner, line));
    }

    /// <summary>Where the request stands, for a wrapper that runs the rest of the pipeline more than once.</summary>
    public PipelineMark Mark() => new(ResponseFilters.Count, Target, Upstream.Host, _stickyCookies?.Count ?? 0, _children?.Count ?? 0);

    /// <summary>Goes back to a mark: what later middlewares did to target and host, and their response sides, are forgotten.</summary>
    public void ReturnTo(PipelineMark mark)
    {
        ResponseFilters.CutTo(mark.ResponseFilters);

        if (_stickyCookies is { } cookies && cookies.Count > mark.StickyCookies)
        {
            cookies.RemoveRange(mark.StickyCookies, cookies.Count - mark.StickyCookies);
        }

        if (_children is { } children && children.Count > mark.Children)
        {
            children.RemoveRange(mark.Children, children.Count - mark.Children);
        }

        Target = mark.Target;
        Upstream.Host = mark.Host;
    }

    /// <summary>True once the way to the server added the peer to X-Forwarded-For: the access log shows what the client sent.</summary>
    internal bool HasAppendedForwardedFor => _forwardedFor is not null;

    /// <summary>Completes <see cref="Upstream"/>, cleans hop-by-hop headers, adds the peer to X-Forwarded-For; may run again when a wrapper repeats the rest.</summary>
    internal void PrepareUpstream()
    {
        Upstream.Target = Target.ToString();
        if (_http.Request.Headers.Trailer is { Count: > 0 } trailer)
        {
            Upstream.Trailer = trailer;
        }

        ConnectionHeaders.RemoveHopByHop(_http.Request.Headers);
        _forwardedFor = ForwardedHeaders.Append(this, _forwardedFor);
    }

    /// <summary>True once <see cref="Abort"/> was called: what was written of the answer is not followed by anything.</summary>
    internal bool IsAborted { get; set; }

    /// <summary>True while the answer is held back whole (<see cref="AnswerHold"/>).</summary>
    internal bool HoldsAnswer { get; set; }

    /// <summary>
    /// Cuts the answer off: the client sees that it is not whole. The engine tells it to <c>RequestAborted</c> only later. While the answer is held
    /// back it is lost alone: whoever holds it can give another.
    /// </summary>
    internal void Abort()
    {
        IsAborted = true;
        if (!HoldsAnswer || _http.Response.HasStarted)
        {
            _http.Abort();
        }
    }

    /// <summary>Lets go of the request before the context goes back to the pool.</summary>
    public void Reset()
    {
        _http.Uninitialize();
        ResponseFilters.Reset();
        Array.Clear(_headers, 0, _headerCount);
        HoldsAnswer = false;
        TrailerSink = null;
        _headerCount = 0;
        _received = -1;
        _routingPath = null;
        _rawQuery = null;
        _forwardedFor = null;
        _stickyCookies?.Clear();
        _children?.Clear();
        _routesOnTarget = false;
        _answerStatus = 0;
        _answerBody = "";
        Connection = null!;
        Snapshot = GatewaySnapshot.Empty;
        Router = null;
        RawTarget = "";
        OriginalHost = "";
        OriginalTarget = default;
        Target = default;
        StartTimestamp = 0;
        UserName = null;
        FilterState = null;
        KeepForwardedFor = false;
        OmitForwardedFor = false;
        IsAborted = false;
        GuessesContentType = false;
        Fault = null;
        AnswerGate = null;
        Upstream.Reset();
        Forwarding.Reset();
    }

    // In front of the server's own, as in Traefik.
    private void WriteStickyCookies(List<(object Owner, string Line)> cookies)
    {
        var headers = _http.Response.Headers;
        var all = StringValues.Empty;
        foreach (var (_, line) in cookies)
        {
            all = StringValues.Concat(all, line);
        }

        headers.SetCookie = StringValues.Concat(all, headers.SetCookie);
        cookies.Clear();
    }

    private void ReadHost()
    {
        HostName.Split(OriginalHost, out var port);
        _lastPort = port.ToString();
        _lastCanonicalHost = HostName.Canonical(OriginalHost);
        _lastHost = OriginalHost;
    }
}
