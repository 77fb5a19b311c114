using System.Security.Cryptography;

namespace EdgeGateway.Proxy.Tls.Files;

/// <summary>What a file held at a look: only a digest is kept, it may be a key.</summary>
/// <param name="Digest">SHA-256; why it could not be read otherwise.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Written">When it was written last.</param>
internal readonly record struct PemFile(string Digest, long Length, DateTime Written)
{
    // A bundle of authorities has a few hundred KiB.
    private const int MaxLength = 16 << 20;

    /// <summary>Looks at a file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="before">The look before; null = the first.</param>
    /// <param name="trustStamps">True: a file of the same length and time is the same.</param>
    public static PemFile Look(string path, PemFile? before, bool trustStamps)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var (length, written) = (RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
            if (trustStamps && before is { } last && last.Length == length && last.Written == written)
            {
                return last;
            }

            if (length > MaxLength)
            {
                return new("too large", length, written);
            }

            var bytes = new byte[length];
            var read = RandomAccess.Read(file, bytes, 0);
            var digest = Convert.ToHexString(SHA256.HashData(bytes.AsSpan(0, read)));
            CryptographicOperations.ZeroMemory(bytes);
            return new(digest, length, written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new(e.GetType().Name, -1, default);
        }
    }
}
