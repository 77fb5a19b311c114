using System.Buffers;
using System.IO.Compression;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary><c>br</c> by the runtime's encoder.</summary>
internal sealed class BrotliContentEncoder : ContentEncoder
{
    // Traefik's.
    private const int Quality = 6;

    // log2 of the window. The encoder's tables for windows above 16 cost 2 MB per body at this quality, those up to 16 less than 0.5 MB;
    // 18 holds what is far away in most texts, Traefik's 22 costs up to 8 MB more.
    private const int SmallWindow = 16;
    private const int Window = 18;

    private BrotliEncoder _encoder;

    public BrotliContentEncoder(long? length) => _encoder = new(Quality, length <= 1 << SmallWindow ? SmallWindow : Window);

    public override void Encode(ReadOnlySpan<byte> input, IBufferWriter<byte> output, bool isLast)
    {
        OperationStatus status;
        do
        {
            status = _encoder.Compress(input, output.GetSpan(), out var read, out var written, isLast);
            Check(status);
            output.Advance(written);
            input = input[read..];
        }
        while (status == OperationStatus.DestinationTooSmall);

        while (!isLast)
        {
            status = _encoder.Flush(output.GetSpan(), out var written);
            Check(status);
            output.Advance(written);
            if (status != OperationStatus.DestinationTooSmall)
            {
                return;
            }
        }
    }

    public override void Dispose() => _encoder.Dispose();

    private static void Check(OperationStatus status)
    {
        if (status == OperationStatus.InvalidData)
        {
            throw new InvalidOperationException("the brotli encoder failed");
        }
    }
}
