using System.Security.Cryptography;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>
/// bcrypt (Provos, Mazières: A Future-Adaptable Password Scheme, 1999), <c>$2y$cost$salt hash</c>. The prefixes 2a, 2b, 2x and 2y are one
/// algorithm here, as in Traefik. 2^cost rounds: about 65 ms at cost 10, twice that for each step.
/// </summary>
internal sealed class BcryptHash : PasswordHash
{
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int SaltText = 22;
    private const int HashText = 31;
    private const int HashLength = 23; // the 24th byte is left out by all implementations

    // Passwords are cut there, the closing NUL included: more does not get into Blowfish's 18 round keys.
    private const int MaxPassword = 72;

    private readonly int _cost;
    private readonly uint[] _salt;
    private readonly byte[] _hash;

    private BcryptHash(int cost, uint[] salt, byte[] hash)
    {
        _cost = cost;
        _salt = salt;
        _hash = hash;
    }

    public override bool IsSlow => true;

    /// <summary>Null when it is malformed.</summary>
    public static BcryptHash? TryParse(string text)
    {
        // $2y$10$ and then salt and hash without a sign between them.
        if (text.Length != 7 + SaltText + HashText || text[6] != '$' || !char.IsAsciiDigit(text[4]) || !char.IsAsciiDigit(text[5]))
        {
            return null;
        }

        var cost = ((text[4] - '0') * 10) + text[5] - '0';
        Span<byte> salt = stackalloc byte[16];
        var hash = new byte[HashLength];
        if (cost is < 4 or > 31 || !TryDecode(text.AsSpan(7, SaltText), salt) || !TryDecode(text.AsSpan(7 + SaltText), hash))
        {
            return null;
        }

        return new(cost, Words(salt, 4), hash);
    }

    public override bool Verify(ReadOnlySpan<byte> password)
    {
        Span<byte> closed = stackalloc byte[Math.Min(password.Length + 1, MaxPassword)];
        password[..Math.Min(password.Length, closed.Length)].CopyTo(closed);
        if (password.Length < closed.Length)
        {
            closed[^1] = 0;
        }

        var key = Words(closed, Blowfish.RoundKeys);
        closed.Clear();
        var cipher = new Blowfish();
        cipher.Expand(key, _salt);
        for (var round = 0u; round < 1u << _cost; round++)
        {
            cipher.Expand(key);
            cipher.Expand(_salt);
        }

        Array.Clear(key);
        var text = Words("OrpheanBeholderScryDoubt"u8, 6);
        for (var i = 0; i < 64; i++)
        {
            for (var block = 0; block < text.Length; block += 2)
            {
                (text[block], text[block + 1]) = cipher.Encrypt(text[block], text[block + 1]);
            }
        }

        Span<byte> computed = stackalloc byte[24];
        for (var i = 0; i < text.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(computed[(i * 4)..], text[i]);
        }

        return CryptographicOperations.FixedTimeEquals(computed[..HashLength], _hash);
    }

    // Big-endian words of bytes that are repeated as often as needed.
    private static uint[] Words(ReadOnlySpan<byte> bytes, int count)
    {
        var words = new uint[count];
        for (var i = 0; i < count * 4; i++)
        {
            words[i / 4] = (words[i / 4] << 8) | bytes[i % bytes.Length];
        }

        return words;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var (bits, count, at) = (0, 0, 0);
        foreach (var c in text)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            bits = ((bits << 6) | value) & 0xFFFF;
            count += 6;
            if (count >= 8 && at < bytes.Length)
            {
                count -= 8;
                bytes[at++] = (byte)(bits >> count);
            }
        }

        return at == bytes.Length;
    }
}
