using System.Buffers;
using System.IO.Pipelines;

namespace EdgeGateway.Nomad.Client;

/// <summary>
/// An open event stream: newline-delimited JSON that ends with its connection, or goes silent without an end
/// (nomad-api §8.3). The caller's time limits tell a silent stream.
/// </summary>
internal sealed class NomadEventStream : IAsyncDisposable
{
    /// <summary>One line holds all services of one allocation or all removals of one plan; 8 MiB are 10,000 registrations.</summary>
    private const int MaxLine = 8 * 1024 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly PipeReader _reader;
    private readonly NomadTimings _timings;
    private readonly TimeProvider _time;
    private volatile bool _reading;

    public NomadEventStream(HttpResponseMessage response, Stream body, NomadTimings timings, TimeProvider time)
    {
        _response = response;
        _timings = timings;
        _time = time;
        _reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 4 * 1024));
    }

    /// <summary>Waits for the first line, which proves that the stream was not refused.</summary>
    /// <param name="limit">How long it may take; infinite when the caller decides.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NomadException">StreamRefused: silence or an end.</exception>
    public async Task<EventBatch> FirstAsync(TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(limit, cancellation);
        }
        catch (NomadException error) when (error.Fault is NomadFault.StreamSilent or NomadFault.StreamEnded)
        {
            throw Refused(error);
        }
    }

    /// <summary>The stream said nothing after it was opened.</summary>
    public static NomadException Refused(Exception? cause = null) => new(NomadFault.StreamRefused, "the event stream was opened but says nothing", cause);

    /// <summary>Waits for the next lines and takes all that have arrived.</summary>
    /// <exception cref="NomadException">StreamSilent, StreamEnded, Malformed or TooLarge.</exception>
    public Task<EventBatch> NextAsync(CancellationToken cancellation) => ReadAsync(_timings.StreamIdle, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The response first: it aborts the connection and with it a read that is still under way.
        _response.Dispose();
        if (!_reading)
        {
            await _reader.CompleteAsync();
        }
    }

    private async Task<EventBatch> ReadAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        while (true)
        {
            ReadResult result;
            try
            {
                _reading = true;
                result = await _reader.ReadAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new NomadException(NomadFault.StreamSilent, $"the event stream said nothing for {limit.TotalSeconds:0.#} s");
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                throw new NomadException(NomadFault.StreamEnded, "the event stream broke off", error);
            }
            finally
            {
                _reading = false;
            }

            var arrived = _time.GetTimestamp();

            // Parsing and all that follows from it is not for the I/O thread (design decision 5).
            await Task.Yield();
            var rest = result.Buffer;
            EventBatch? batch = null;
            try
            {
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    batch ??= new EventBatch { Arrived = arrived };
                    EventLineParser.Parse(rest.Slice(0, end), batch);
                    rest = rest.Slice(rest.GetPosition(1, end));
                }
            }
            finally
            {
                _reader.AdvanceTo(rest.Start, result.Buffer.End);
            }

            if (batch is not null)
            {
                return batch;
            }

            if (rest.Length > MaxLine)
            {
                throw new NomadException(NomadFault.TooLarge, $"event stream: a line is longer than {MaxLine} bytes");
            }

            if (result.IsCompleted)
            {
                // An unterminated last line is the trace of an abort and is dropped (nomad-api §8.3).
                throw new NomadException(NomadFault.StreamEnded, "Nomad ended the event stream");
            }
        }
    }
}
