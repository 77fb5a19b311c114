using System.Buffers;
using EdgeGateway.Proxy.Pipeline.Bodies;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>
/// A whole body: its beginning in memory, the rest in a <see cref="SpoolFile"/>. Memory comes in pieces of at most 64 KiB and is taken from what
/// all copies of bodies share; where that ends, the file begins early.
/// </summary>
/// <param name="most">Bytes that are taken in all; 0 = no limit.</param>
/// <param name="inMemory">Bytes that are kept in memory.</param>
/// <param name="memory">What all copies may take.</param>
internal sealed class SpooledBody(long most, long inMemory, BodyMemory memory) : IDisposable
{
    /// <summary>Bytes that are read from the file, or kept in memory, in one piece at most.</summary>
    public const int PieceSize = 64 * 1024;

    private const int FirstPiece = 4096;

    private readonly List<Piece> _pieces = [];
    private SpoolFile? _file;

    /// <summary>Bytes in all.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes of them that are in memory.</summary>
    public long LengthInMemory { get; private set; }

    /// <summary>True once it became longer than the limit; nothing is kept then.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>True when more than the limit is announced.</summary>
    public bool Exceeds(long? length) => most > 0 && length > most;

    /// <summary>Adds bytes; false when the limit is passed. Only what goes to the file is waited for.</summary>
    /// <exception cref="SpoolException">The file cannot be written.</exception>
    public ValueTask<bool> AddAsync(ReadOnlyMemory<byte> bytes)
    {
        if (IsTooLong || Exceeds(Length + bytes.Length))
        {
            Clear();
            IsTooLong = true;
            return new(false);
        }

        var kept = _file is null ? Keep(bytes.Span) : 0;
        return kept == bytes.Length ? new(true) : SpillAsync(bytes[kept..]);
    }

    /// <summary>The bytes in memory from a place on, one piece of them; to be asked for below <see cref="LengthInMemory"/> only.</summary>
    public ReadOnlyMemory<byte> InMemory(long position)
    {
        foreach (var piece in _pieces)
        {
            if (position < piece.Length)
            {
                return piece.Bytes.AsMemory((int)position, piece.Length - (int)position);
            }

            position -= piece.Length;
        }

        return default;
    }

    /// <summary>Reads from a place in the file; to be asked for between <see cref="LengthInMemory"/> and <see cref="Length"/> only.</summary>
    /// <exception cref="SpoolException">The file cannot be read.</exception>
    public ValueTask<int> ReadFileAsync(long position, Memory<byte> into) => _file!.ReadAsync(into, position - LengthInMemory);

    /// <inheritdoc />
    public void Dispose() => Clear();

    /// <summary>Gives memory and file back; another body may follow.</summary>
    public void Clear()
    {
        foreach (var piece in _pieces)
        {
            memory.Give(piece.Bytes.Length);
            ArrayPool<byte>.Shared.Return(piece.Bytes);
        }

        _pieces.Clear();
        _file?.Dispose();
        _file = null;
        Length = 0;
        LengthInMemory = 0;
        IsTooLong = false;
    }

    private int Keep(ReadOnlySpan<byte> bytes)
    {
        var kept = 0;
        while (kept < bytes.Length)
        {
            var last = _pieces.Count > 0 ? _pieces[^1] : null;
            if ((last is null || last.Length == last.Size) && (last = Grow(bytes.Length - kept)) is null)
            {
                break;
            }

            var count = Math.Min(bytes.Length - kept, last.Size - last.Length);
            bytes.Slice(kept, count).CopyTo(last.Bytes.AsSpan(last.Length));
            last.Length += count;
            kept += count;
            LengthInMemory += count;
        }

        Length += kept;
        return kept;
    }

    private Piece? Grow(int wanted)
    {
        // The next power of two, as the pool gives it, but no more than is left: a piece counts with the size that it really has.
        var left = inMemory - LengthInMemory;
        var size = (int)Math.Min(left, Math.Clamp(Math.Max(wanted, LengthInMemory), FirstPiece, PieceSize));
        if (size <= 0)
        {
            return null;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(size);
        if (!memory.TryTake(bytes.Length))
        {
            ArrayPool<byte>.Shared.Return(bytes);
            return null;
        }

        var piece = new Piece(bytes, (int)Math.Min(left, bytes.Length));
        _pieces.Add(piece);
        return piece;
    }

    private async ValueTask<bool> SpillAsync(ReadOnlyMemory<byte> bytes)
    {
        _file ??= await SpoolFile.CreateAsync();
        await _file.WriteAsync(bytes, Length - LengthInMemory);
        Length += bytes.Length;
        return true;
    }

    private sealed class Piece(byte[] bytes, int size)
    {
        public byte[] Bytes { get; } = bytes;

        public int Size { get; } = size;

        public int Length { get; set; }
    }
}
