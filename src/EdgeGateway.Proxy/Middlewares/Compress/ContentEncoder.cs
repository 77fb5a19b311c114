using System.Buffers;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>Compresses one body. Not for two threads at a time.</summary>
internal abstract class ContentEncoder : IDisposable
{
    /// <summary>Compresses a piece.</summary>
    /// <param name="input">The piece; may be empty.</param>
    /// <param name="output">Takes what comes out; it may be another one at every call.</param>
    /// <param name="isLast">True: the body ends with this piece. False: all of it can be read once the output has arrived.</param>
    public abstract void Encode(ReadOnlySpan<byte> input, IBufferWriter<byte> output, bool isLast);

    /// <inheritdoc />
    public abstract void Dispose();

    /// <summary>An encoder for a body.</summary>
    /// <param name="coding">One that compresses.</param>
    /// <param name="length">Length of the body; null when it is not known.</param>
    public static ContentEncoder For(ContentCoding coding, long? length) => coding switch
    {
        ContentCoding.Gzip => new GzipContentEncoder(),
        ContentCoding.Brotli => new BrotliContentEncoder(length),
        ContentCoding.Zstd => ZstdContentEncoder.Rent(),
        _ => throw new ArgumentOutOfRangeException(nameof(coding)),
    };
}
