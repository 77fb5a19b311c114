using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>
/// HTTP/1.1 to tailscaled over its unix socket. Every call is bounded in time and size and fails with a
/// <see cref="LocalApiException"/> or, when the caller cancelled, an <see cref="OperationCanceledException"/>.
/// Answers are read and parsed off the thread that does the socket I/O (design decision 5).
/// </summary>
public sealed class LocalApiClient : IDisposable
{
    /// <summary>Time limit of every call but the certificate's: a stopped tailscaled accepts and never answers (recording <c>restart</c>).</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    // A status without peers is 2–4 KiB, a pair with two intermediates 6 KiB; both leave room for growth, not for a runaway.
    private const int StatusLimit = 1024 * 1024;
    private const int PairLimit = 256 * 1024;
    private const int ErrorLimit = 16 * 1024;
    private const int BusLineLimit = 256 * 1024;

    // LocalAPI refuses any other Host with 403 (recording http-rules).
    private const string Origin = "http://local-tailscaled.sock/localapi/v0/";

    // Initial state (2) and initial health (128): understood by 1.98 and 1.102; makes tailscaled send a first line at once.
    private const string BusMask = "130";

    private readonly HttpMessageInvoker _http;
    private readonly string? _configuredPath;
    private readonly TimeProvider _time;

    /// <param name="socketPath">Path of the socket; null for <c>TS_SOCKET</c>, else the known places of the platform.</param>
    /// <param name="time">Source of time for the limits; null for the system's.</param>
    public LocalApiClient(string? socketPath = null, TimeProvider? time = null)
    {
        _configuredPath = string.IsNullOrEmpty(socketPath) ? Environment.GetEnvironmentVariable(LocalApiSocket.Variable) : socketPath;
        _time = time ?? TimeProvider.System;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = CallTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>The path that the next connection goes to.</summary>
    public string SocketPath => LocalApiSocket.Locate(_configuredPath, File.Exists);

    /// <summary>Reads the node's status without its peers. Limit: 5 s.</summary>
    /// <exception cref="LocalApiException">Any failure.</exception>
    public async Task<TailscaleStatus> GetStatusAsync(CancellationToken cancellation)
    {
        using var limit = new TimeLimit(CallTimeout, _time, cancellation);
        try
        {
            using var response = await SendAsync("status?peers=false", limit.Token);
            var body = await ReadAsync(response, StatusLimit, 8 * 1024, limit.Token);
            return TailscaleStatus.Parse(body.WrittenMemory);
        }
        catch (JsonException e)
        {
            throw new LocalApiException(LocalApiFault.BadAnswer, "status: " + e.Message, 200, null, e);
        }
        catch (Exception e) when (e is not LocalApiException)
        {
            throw Translate(e, limit, cancellation);
        }
    }

    /// <summary>
    /// Asks for a key with its certificate. tailscaled answers from its cache or orders a new one, which takes seconds to minutes and
    /// is cancelled when the caller goes away; against a rate-limiting authority it never answers. One call per name at a time.
    /// </summary>
    /// <param name="name">Lower-case name, or <c>*.</c> and a name.</param>
    /// <param name="minValidity">Wanted remaining life; forces a new order when the cached one lasts less. Null: any unexpired one.</param>
    /// <param name="timeLimit">When to give up.</param>
    /// <param name="cancellation">The caller's own reason to give up.</param>
    /// <exception cref="LocalApiException">Any failure.</exception>
    public async Task<IssuedCertificate> GetCertificateAsync(
        string name, TimeSpan? minValidity, TimeSpan timeLimit, CancellationToken cancellation)
    {
        var path = "cert/" + Uri.EscapeDataString(name) + "?type=pair";
        if (minValidity is { } least && least > TimeSpan.Zero)
        {
            path += string.Create(CultureInfo.InvariantCulture, $"&min_validity={(long)Math.Ceiling(least.TotalSeconds)}s");
        }

        using var limit = new TimeLimit(timeLimit, _time, cancellation);
        try
        {
            using var response = await SendAsync(path, limit.Token);

            // One array from the start: growing would leave copies of the private key behind.
            var body = await ReadAsync(response, PairLimit, PairLimit + 1, limit.Token);
            try
            {
                return CertificatePair.Parse(name, body.WrittenSpan);
            }
            finally
            {
                body.Clear(); // zeroes what was written: it holds the private key
            }
        }
        catch (Exception e) when (e is not LocalApiException)
        {
            throw Translate(e, limit, cancellation);
        }
    }

    /// <summary>
    /// Follows tailscaled's notifications until the stream ends (tailscaled stopped) or the caller cancels. Silence is normal and
    /// may last for days; there is no heartbeat. A line that is too long to be read counts as a change.
    /// </summary>
    /// <exception cref="LocalApiException">The stream could not be opened, or was cut.</exception>
    public async IAsyncEnumerable<IpnNotification> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await OpenBusAsync(cancellation);
        var lines = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellation));
        var skipping = false;
        try
        {
            while (true)
            {
                var (buffer, completed) = await ReadBusAsync(lines, cancellation);
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = buffer.Slice(0, end);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    if (skipping)
                    {
                        skipping = false;
                        yield return new IpnNotification(Opened: false, Changed: true);
                    }
                    else if (!line.IsEmpty)
                    {
                        yield return IpnNotification.Parse(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
                    }
                }

                if (buffer.Length > BusLineLimit)
                {
                    skipping = true;
                    buffer = buffer.Slice(buffer.End);
                }

                lines.AdvanceTo(buffer.Start, buffer.End);
                if (completed)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await lines.CompleteAsync();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> OpenBusAsync(CancellationToken cancellation)
    {
        // The response's head comes at once even if the first line does not (recording bus-first-lines).
        using var limit = new TimeLimit(CallTimeout, _time, cancellation);
        try
        {
            return await SendAsync("watch-ipn-bus?mask=" + BusMask, limit.Token);
        }
        catch (Exception e) when (e is not LocalApiException)
        {
            throw Translate(e, limit, cancellation);
        }
    }

    private static async Task<(ReadOnlySequence<byte> Buffer, bool Completed)> ReadBusAsync(PipeReader lines, CancellationToken cancellation)
    {
        try
        {
            var result = await lines.ReadAsync(cancellation);
            await LeaveIoThread();
            return (result.Buffer, result.IsCompleted);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new LocalApiException(LocalApiFault.Disconnected, "the notification stream was cut: " + e.Message, 0, null, e);
        }
    }

    /// <summary>Sends a GET and returns an answer whose status is 200; any other becomes the exception.</summary>
    private async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellation)
    {
        // HttpMessageInvoker returns at the head of the answer and buffers nothing.
        using var request = new HttpRequestMessage(HttpMethod.Get, Origin + path);
        var response = await _http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        using (response)
        {
            var body = await ReadAsync(response, ErrorLimit, 1024, cancellation);
            throw LocalApiAnswer.ToError(response.StatusCode, Encoding.UTF8.GetString(body.WrittenSpan), RetryAfter(response.Headers.RetryAfter));
        }
    }

    private static async Task<ArrayBufferWriter<byte>> ReadAsync(HttpResponseMessage response, int most, int initial, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var whole = new ArrayBufferWriter<byte>(initial);
        while (await body.ReadAsync(whole.GetMemory(1), cancellation) is var read and > 0)
        {
            whole.Advance(read);
            if (whole.WrittenCount > most)
            {
                throw new LocalApiException(LocalApiFault.BadAnswer, $"the answer is longer than {most} bytes", (int)response.StatusCode);
            }
        }

        await LeaveIoThread();
        return whole;
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? value) =>
        value?.Delta ?? (value?.Date is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - _time.GetUtcNow()).Ticks)) : null);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Exception Translate(Exception error, TimeLimit limit, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return new OperationCanceledException(error.Message, error, cancellation);
        }

        if (limit.Expired)
        {
            return new LocalApiException(LocalApiFault.TimedOut, $"no answer within {limit.Duration.TotalSeconds:0.#} s", 0, null, error);
        }

        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket && ConnectFault(socket.SocketErrorCode, socket.NativeErrorCode) is { } fault)
            {
                return new LocalApiException(fault, $"{SocketPath}: {socket.Message}", 0, null, error);
            }
        }

        return new LocalApiException(LocalApiFault.Disconnected, "the connection broke before the answer was complete: " + error.Message, 0, null, error);
    }

    private LocalApiFault? ConnectFault(SocketError code, int native) => code switch
    {
        SocketError.ConnectionRefused => SocketMount.IsFileMount(SocketPath) ? LocalApiFault.SocketFileMounted : LocalApiFault.SocketDead,
        SocketError.AccessDenied => LocalApiFault.SocketDenied,
        // ENOENT and ENOTDIR have no code of their own in .NET: AddressNotAvailable or the bare number.
        SocketError.AddressNotAvailable or SocketError.NotSocket => LocalApiFault.SocketMissing,
        _ when native is 2 or 20 => LocalApiFault.SocketMissing,
        _ => null,
    };

    // Sockets complete inline on the epoll threads (design decision 5); parsing and RSA do not belong there.
    private static ConfiguredTaskAwaitable LeaveIoThread() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
