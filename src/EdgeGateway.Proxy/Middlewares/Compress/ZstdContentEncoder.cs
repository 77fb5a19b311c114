using System.Buffers;
using System.Collections.Concurrent;
using ZstdSharp;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary><c>zstd</c> by a managed port: the runtime has none, and no native library has to be there. Encoders are used again.</summary>
internal sealed class ZstdContentEncoder : ContentEncoder
{
    // The library's default, and Traefik's. Its window of 2 MiB is below the 8 MiB that every client must take (RFC 9659).
    private const int Level = 3;

    // Each keeps about 1.5 MB; more than this many were in use at a time only under load.
    private static readonly int Kept = Environment.ProcessorCount * 2;
    private static readonly ConcurrentBag<Compressor> Idle = [];

    private Compressor? _compressor;

    private ZstdContentEncoder(Compressor compressor) => _compressor = compressor;

    /// <summary>An encoder at the begin of a body.</summary>
    public static ZstdContentEncoder Rent() => new(Idle.TryTake(out var idle) ? idle : new Compressor(Level));

    public override void Encode(ReadOnlySpan<byte> input, IBufferWriter<byte> output, bool isLast)
    {
        ObjectDisposedException.ThrowIf(_compressor is null, this);
        OperationStatus status;
        do
        {
            status = _compressor.WrapStream(input, output.GetSpan(), out var read, out var written, isLast);
            output.Advance(written);
            input = input[read..];
        }
        while (status == OperationStatus.DestinationTooSmall || !input.IsEmpty);

        while (!isLast)
        {
            status = _compressor.FlushStream(output.GetSpan(), out var written);
            output.Advance(written);
            if (status != OperationStatus.DestinationTooSmall)
            {
                return;
            }
        }
    }

    public override void Dispose()
    {
        if (_compressor is not { } compressor)
        {
            return;
        }

        _compressor = null;
        if (Idle.Count >= Kept)
        {
            compressor.Dispose();
            return;
        }

        compressor.ResetStream();
        Idle.Add(compressor);
    }
}
