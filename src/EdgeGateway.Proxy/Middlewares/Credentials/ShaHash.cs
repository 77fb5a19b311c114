using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary><c>{SHA}</c> and the base64 of a SHA-1, as <c>htpasswd -s</c> makes it.</summary>
internal sealed class ShaHash : PasswordHash
{
    private readonly byte[] _hash;

    private ShaHash(byte[] hash) => _hash = hash;

    public override bool IsSlow => false;

    /// <summary>Null when it is malformed.</summary>
    public static ShaHash? TryParse(string text)
    {
        var hash = new byte[SHA1.HashSizeInBytes];
        return Convert.TryFromBase64String(text["{SHA}".Length..], hash, out var length) && length == hash.Length ? new(hash) : null;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The users' entries say so.")]
    public override bool Verify(ReadOnlySpan<byte> password)
    {
        Span<byte> computed = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(password, computed);
        return CryptographicOperations.FixedTimeEquals(computed, _hash);
    }
}
