using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Nomad.Client;

/// <summary>
/// Nomad's HTTP API as far as the gateway uses it: the list of services, the instances of one, the event stream. Every
/// call has a time limit and a size limit, and every way to fail is a <see cref="NomadException"/> with its kind. An
/// answer with index 0 is such a failure: an agent that shuts down says so (nomad-api §3.4).
/// </summary>
internal sealed class NomadClient : IDisposable
{
    private static readonly SharedTexts Texts = new();

    /// <summary>Largest body: 100,000 registrations of 600 bytes.</summary>
    private const int MaxBody = 64 * 1024 * 1024;

    /// <summary>Two dozen registrations: far below the 0.2 ms that may be spent on an I/O thread (design decision 5).</summary>
    private const int ParsedInPlace = 16 * 1024;

    private readonly NomadProviderOptions _options;
    private readonly NomadTimings _timings;
    private readonly TimeProvider _time;
    private readonly NomadToken _token;
    private readonly NomadEndpoint[] _endpoints;
    private readonly string _commonQuery;
    private NomadEndpoint _current;

    public NomadClient(NomadProviderOptions options, NomadTimings timings, TimeProvider time)
    {
        _options = options;
        _timings = timings;
        _time = time;
        _token = new NomadToken(options.Token, options.TokenFile);
        _endpoints = [.. NomadAddress.ParseList(options.Address, options.AddressSource).Select(address =>
            new NomadEndpoint(address, new HttpMessageInvoker(NomadHandler.Create(address, options.Tls, timings.Connect)), options.Tls?.ServerName))];
        _current = _endpoints[0];
        _commonQuery = (options.Namespace is null ? "" : "&namespace=" + Uri.EscapeDataString(options.Namespace))
            + (options.Region is null ? "" : "&region=" + Uri.EscapeDataString(options.Region));
    }

    /// <summary>The address in use with the namespace that is asked for, for messages.</summary>
    public string CurrentAddress => _options.Namespace is { } space ? $"{_current.Address.Text}, namespace {space}" : _current.Address.Text;

    /// <summary>Takes the healthiest address for the next session; among equals the first as written, but a working one is kept.</summary>
    public void ChooseEndpoint()
    {
        var best = _endpoints.MinBy(static e => e.Failures)!;
        if (best.Failures < _current.Failures)
        {
            _current = best;
        }
    }

    /// <summary>The session with the current address failed.</summary>
    public void ReportFailure() => _current.Failed();

    /// <summary>True when another address is in better health, so that the next try need not wait.</summary>
    public bool HasBetterEndpoint => _endpoints.Any(e => e.Failures < _current.Failures);

    /// <summary>Lists the names. With an <paramref name="index"/> above 0 Nomad waits up to <paramref name="wait"/> for a higher one.</summary>
    /// <param name="index">Above 0: waits for a higher index.</param>
    /// <param name="wait">How long to wait for it.</param>
    /// <param name="stale">Whether a follower may answer.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="unneeded">Told the answer's index; true = the list itself is not wanted, and none is given.</param>
    public async Task<NomadAnswer<List<ServiceListing>>> ServicesAsync(
        ulong index, TimeSpan wait, bool stale, CancellationToken cancellation, Func<ulong, Task<bool>>? unneeded = null)
    {
        var answer = await GetAsync("/v1/services", index, wait, stale, NomadJson.Default.ListServiceListJson, cancellation, unneeded);
        if (answer.Value is null)
        {
            return new(answer.Index, []);
        }

        var listings = new List<ServiceListing>();
        foreach (var space in answer.Value)
        {
            foreach (var service in space.Services ?? [])
            {
                if (service.ServiceName is { Length: > 0 } name)
                {
                    // Nomad lists both in random order (nomad-api §4.1).
                    string[] tags = [.. service.Tags ?? []];
                    Array.Sort(tags, StringComparer.Ordinal);
                    listings.Add(new ServiceListing(space.Namespace ?? "", name, tags));
                }
            }
        }

        return new(answer.Index, listings);
    }

    /// <summary>Reads all instances of one name.</summary>
    public async Task<NomadAnswer<List<NomadInstance>>> ServiceAsync(string name, bool stale, CancellationToken cancellation)
    {
        var answer = await GetAsync(
            "/v1/service/" + Uri.EscapeDataString(name), 0, TimeSpan.Zero, stale, NomadJson.Default.ListRegistrationJson, cancellation);
        var instances = new List<NomadInstance>(answer.Value.Count);
        foreach (var registration in answer.Value)
        {
            if (ToInstance(registration) is { } instance)
            {
                instances.Add(instance);
            }
        }

        return new(answer.Index, instances);
    }

    /// <summary>
    /// Opens the event stream; it may replay events from <paramref name="index"/> on. Its head comes at once even when it
    /// is refused (nomad-api §8.3): only its first line proves it.
    /// </summary>
    /// <param name="index">Index of the last event that is known.</param>
    /// <param name="limit">How long the head may take; infinite when the caller decides.</param>
    /// <param name="cancellation">Ends the wait, not the stream.</param>
    public async Task<NomadEventStream> OpenStreamAsync(ulong index, TimeSpan limit, CancellationToken cancellation)
    {
        var path = "/v1/event/stream?topic=Service&index=" + index.ToString(CultureInfo.InvariantCulture) + _commonQuery;
        var token = _token.Current;
        var response = await SendAsync(path, token, limit, cancellation);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && _token.Refresh(token))
        {
            response.Dispose();
            response = await SendAsync(path, _token.Current, limit, cancellation);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            using (response)
            {
                throw await RefusedAsync(response, cancellation);
            }
        }

        var body = await response.Content.ReadAsStreamAsync(cancellation);
        return new NomadEventStream(response, body, _timings, _time);
    }

    /// <summary>
    /// Tells why a stream stays silent (nomad-api §8.3): one list call that needs the same right. Returns text for the log.
    /// </summary>
    public async Task<string> DiagnoseStreamAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await SendAsync("/v1/allocations?per_page=1" + _commonQuery, _token.Current, _timings.Connect, cancellation);
            return response.StatusCode switch
            {
                HttpStatusCode.Forbidden => "the token lacks read-job in the namespace (jobs/edge-gateway.policy.hcl grants it)",
                HttpStatusCode.OK => "the token is good; is enable_event_broker off, or a proxy holding the stream back?",
                var status => $"the server answers {(int)status} to a list of allocations",
            };
        }
        catch (NomadException error)
        {
            return error.Message;
        }
    }

    /// <summary>
    /// True when an agent answers and knows a leader (nomad-api §4.5: a JSON string, empty without one). All addresses are asked
    /// side by side; the first that answers so counts as healthy. Never fails; takes <see cref="NomadTimings.Probe"/> at most.
    /// </summary>
    public async Task<bool> HasLeaderAsync(CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asked = _endpoints.Select(endpoint => AskLeaderAsync(endpoint, enough.Token)).ToList();
        while (asked.Count > 0)
        {
            var first = await Task.WhenAny(asked);
            if (await first)
            {
                await enough.CancelAsync();
                return true;
            }

            asked.Remove(first);
        }

        cancellation.ThrowIfCancellationRequested();
        return false;
    }

    /// <summary>Turns Nomad's JSON into an instance; null when it has no ID.</summary>
    public static NomadInstance? ToInstance(RegistrationJson json) => json.ID is { Length: > 0 } id
        ? new NomadInstance(
            id, json.ServiceName ?? "", Texts.Share(json.Namespace), Texts.Share(json.NodeID), Texts.Share(json.Datacenter), Texts.Share(json.JobID),
            json.AllocID ?? "", Texts.Share(json.Address), json.Port,
            json.Tags is { Count: > 0 } tags ? tags.Select(Texts.Share).ToConfigList() : ConfigList<string>.Empty,
            json.CreateIndex, json.ModifyIndex)
        : null;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Dispose();
        }
    }

    /// <summary>Reads a list or an object; with an <paramref name="index"/> above 0 Nomad waits up to <paramref name="wait"/> for a higher one.</summary>
    public async Task<NomadAnswer<T>> GetAsync<T>(
        string path, ulong index, TimeSpan wait, bool stale, JsonTypeInfo<T> type, CancellationToken cancellation, Func<ulong, Task<bool>>? unneeded = null)
    {
        var query = new StringBuilder(path).Append('?');
        var limit = _timings.Read;
        if (index > 0)
        {
            // 0 would mean Nomad's default, five minutes (nomad-api §3.2): what is left of a wait is rounded up.
            var milliseconds = Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds));
            query.Append(CultureInfo.InvariantCulture, $"index={index}&wait={milliseconds}ms&");
            limit = wait + (wait / 16) + _timings.BlockingGrace;
        }

        if (stale || _options.Stale)
        {
            query.Append("stale&");
        }

        var target = query.Append(_commonQuery.AsSpan(_commonQuery.Length > 0 ? 1 : 0)).ToString().TrimEnd('&', '?');
        var token = _token.Current;
        using var deadline = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var response = await SendAsync(_current, target, token, deadline.Token, both.Token);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && _token.Refresh(token))
        {
            response.Dispose();
            response = await SendAsync(_current, target, _token.Current, deadline.Token, both.Token);
        }

        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw await RefusedAsync(response, cancellation);
            }

            var body = await ReadBodyAsync(response, target, MaxBody, deadline.Token, both.Token);
            if (!response.Headers.TryGetValues("X-Nomad-Index", out var values)
                || !ulong.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at == 0)
            {
                throw new NomadException(NomadFault.NotCredible, $"{path}: answered with index 0, as an agent does that is shutting down or without rights");
            }

            if (unneeded is not null && await unneeded(at))
            {
                _current.Succeeded();
                return new(at, default!);
            }

            // Parsing is CPU work: it leaves the I/O thread first (design decision 5), unless it is less work than the change of threads.
            if (body.WrittenCount > ParsedInPlace)
            {
                await Task.Yield();
            }

            try
            {
                var value = JsonSerializer.Deserialize(body.WrittenSpan, type)
                    ?? throw new NomadException(NomadFault.Malformed, $"{path}: the answer is null");
                _current.Succeeded();
                return new(at, value);
            }
            catch (JsonException error)
            {
                throw new NomadException(NomadFault.Malformed, $"{path}: {error.Message}", error);
            }
        }
    }

    private async Task<bool> AskLeaderAsync(NomadEndpoint endpoint, CancellationToken cancellation)
    {
        const string target = "/v1/status/leader";
        try
        {
            using var limit = new CancellationTokenSource(_timings.Probe, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            using var response = await SendAsync(endpoint, target, _token.Current, _timings.Probe, cancellation);
            if (response.StatusCode == HttpStatusCode.OK
                && (await ReadBodyAsync(response, target, 1024, limit.Token, both.Token)).WrittenSpan is [(byte)'"', not (byte)'"', ..])
            {
                endpoint.Succeeded();
                return true;
            }
        }
        catch (Exception error) when (error is NomadException or OperationCanceledException)
        {
            // Still away, or another address was quicker.
        }

        return false;
    }

    private Task<HttpResponseMessage> SendAsync(string target, string? token, TimeSpan limit, CancellationToken cancellation) =>
        SendAsync(_current, target, token, limit, cancellation);

    private async Task<HttpResponseMessage> SendAsync(
        NomadEndpoint endpoint, string target, string? token, TimeSpan limit, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        return await SendAsync(endpoint, target, token, deadline.Token, both.Token);
    }

    /// <param name="endpoint">The address.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="token">The token, or null.</param>
    /// <param name="deadline">Ends with the time limit.</param>
    /// <param name="both">Ends with the time limit or the caller.</param>
    private static async Task<HttpResponseMessage> SendAsync(
        NomadEndpoint endpoint, string target, string? token, CancellationToken deadline, CancellationToken both)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint.UriOf(target)) { Version = HttpVersion.Version11 };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Nomad-Token", token);
        }

        if (endpoint.Address.BasicAuthorization is { } basic)
        {
            request.Headers.TryAddWithoutValidation("Authorization", basic);
        }

        try
        {
            return await endpoint.Invoker.SendAsync(request, both);
        }
        catch (Exception error) when (Classify(error, target, deadline, both) is { } fault)
        {
            throw fault;
        }
    }

    private static async Task<ArrayBufferWriter<byte>> ReadBodyAsync(
        HttpResponseMessage response, string target, int limit, CancellationToken deadline, CancellationToken both)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(both);
            while (true)
            {
                var read = await stream.ReadAsync(body.GetMemory(4096), both);
                if (read == 0)
                {
                    return body;
                }

                body.Advance(read);
                if (body.WrittenCount > limit)
                {
                    throw new NomadException(NomadFault.TooLarge, $"{target}: the answer is larger than {limit} bytes");
                }
            }
        }
        catch (Exception error) when (error is not NomadException && Classify(error, target, deadline, both) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Reads the short text that Nomad gives with a status (nomad-api §1) and names the kind.</summary>
    private async Task<NomadException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = "";
        try
        {
            using var deadline = new CancellationTokenSource(_timings.Connect, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            var body = await ReadBodyAsync(response, "status text", 64 * 1024, deadline.Token, both.Token);
            text = Encoding.UTF8.GetString(body.WrittenSpan[..Math.Min(body.WrittenCount, 200)]).Trim();
        }
        catch (NomadException)
        {
            // The status alone says enough.
        }

        var fault = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => NomadFault.Unauthorized,
            HttpStatusCode.Forbidden => NomadFault.Forbidden,
            HttpStatusCode.TooManyRequests => NomadFault.TooManyRequests,
            >= HttpStatusCode.InternalServerError => NomadFault.ServerError,
            _ => NomadFault.UnexpectedStatus,
        };
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return new NomadException(fault, $"{(int)response.StatusCode} {text}".Trim()) { RetryAfter = retryAfter };
    }

    /// <summary>Null = not ours: the caller cancelled.</summary>
    private static NomadException? Classify(Exception error, string target, CancellationToken deadline, CancellationToken caller)
    {
        var path = target.AsSpan(0, target.IndexOf('?', StringComparison.Ordinal) is > 0 and var end ? end : target.Length);
        return error switch
        {
            OperationCanceledException when deadline.IsCancellationRequested => new(NomadFault.Timeout, $"{path}: no answer in time", error),
            OperationCanceledException when caller.IsCancellationRequested => null,
            // The handler's own connect limit.
            OperationCanceledException => new(NomadFault.Timeout, $"{path}: no connection in time", error),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException
                => new(NomadFault.Tls, Innermost(error), error),
            // Nomad 1.11.2's "HTTP/0.0 200 OK" on the stream (nomad-api §0.8) and garbage.
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => new(NomadFault.Malformed, $"{path}: {error.Message}", error),
            HttpRequestException or IOException or SocketException => new(NomadFault.Unreachable, Innermost(error), error),
            _ => null,
        };
    }

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message;
    }
}
