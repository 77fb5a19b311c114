using System.Security.Cryptography;
using System.Text;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>MD5-crypt, <c>$1$salt$hash</c>, and Apache's variant of it, <c>$apr1$salt$hash</c>: a thousand rounds of MD5.</summary>
internal sealed class Md5CryptHash : PasswordHash
{
    private const int Rounds = 1000;
    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // Which bytes of the digest make each group of four characters, most significant first.
    private static readonly byte[] Order = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5];

    private readonly byte[] _magic;
    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private Md5CryptHash(string magic, string salt, string hash)
    {
        _magic = Encoding.UTF8.GetBytes($"${magic}$");
        _salt = Encoding.UTF8.GetBytes(salt);
        _hash = Encoding.ASCII.GetBytes(hash);
    }

    public override bool IsSlow => true;

    /// <summary>Null when it is malformed. Any word may stand between the first two <c>$</c>, as in Traefik.</summary>
    public static Md5CryptHash? TryParse(string text) => text.Split('$', 4) is ["", var magic, var salt, var hash] ? new(magic, salt, hash) : null;

    public override bool Verify(ReadOnlySpan<byte> password)
    {
        Span<byte> computed = stackalloc byte[22];
        Encode(Digest(password, stackalloc byte[MD5.HashSizeInBytes]), computed);
        return CryptographicOperations.FixedTimeEquals(computed, _hash);
    }

    private Span<byte> Digest(ReadOnlySpan<byte> password, Span<byte> digest)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(password);
        md5.AppendData(_salt);
        md5.AppendData(password);
        md5.GetHashAndReset(digest);

        md5.AppendData(password);
        md5.AppendData(_magic);
        md5.AppendData(_salt);
        for (var left = password.Length; left > 0; left -= digest.Length)
        {
            md5.AppendData(digest[..Math.Min(left, digest.Length)]);
        }

        // A slip of the first implementation that all others have to follow: a NUL or the first character, by the bits of the length.
        for (var bits = password.Length; bits > 0; bits >>= 1)
        {
            md5.AppendData((bits & 1) == 1 ? "\0"u8 : password[..1]);
        }

        md5.GetHashAndReset(digest);
        for (var round = 0; round < Rounds; round++)
        {
            var isOdd = (round & 1) == 1;
            md5.AppendData(isOdd ? password : digest);
            if (round % 3 != 0)
            {
                md5.AppendData(_salt);
            }

            if (round % 7 != 0)
            {
                md5.AppendData(password);
            }

            md5.AppendData(isOdd ? digest : password);
            md5.GetHashAndReset(digest);
        }

        return digest;
    }

    private static void Encode(ReadOnlySpan<byte> digest, Span<byte> text)
    {
        for (var group = 0; group < 5; group++)
        {
            var bits = (digest[Order[group * 3]] << 16) | (digest[Order[(group * 3) + 1]] << 8) | digest[Order[(group * 3) + 2]];
            for (var i = 0; i < 4; i++, bits >>= 6)
            {
                text[(group * 4) + i] = (byte)Alphabet[bits & 63];
            }
        }

        text[20] = (byte)Alphabet[digest[11] & 63];
        text[21] = (byte)Alphabet[digest[11] >> 6];
    }
}
