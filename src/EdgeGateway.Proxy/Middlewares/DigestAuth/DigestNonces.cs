using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeGateway.Proxy.Middlewares.DigestAuth;

/// <summary>
/// The nonces of one <c>digestAuth</c>; outlives reloads that leave the middleware as it was. A nonce carries its time and a seal, so that
/// one that nobody uses costs no memory: whoever asks for challenges cannot push out the nonces of others. Of a used one the counts are
/// kept that were seen, in a window, since requests of one client arrive over several connections in any order.
/// </summary>
/// <param name="time">Clock.</param>
internal sealed class DigestNonces(TimeProvider time)
{
    // RFC 7616 §5.4 leaves it to the server; clients get a new one without asking their user.
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private const int MostUsed = 4096;
    private const int Sealed = 16; // time and randomness, 8 bytes each
    private const int Length = Sealed + 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counts> _used = new(StringComparer.Ordinal);

    // Nonces that are this old and not in the table may have been used.
    private long _forgottenUpTo = long.MinValue;

    /// <summary>Sent with every challenge and given back; the same as long as this lives.</summary>
    public string Opaque { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>A nonce for a challenge.</summary>
    public string Make()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.GetUtcNow().UtcTicks);
        RandomNumberGenerator.Fill(bytes[8..Sealed]);
        Seal(bytes[..Sealed], bytes[Sealed..]);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Uses a nonce with a count; the digest was verified before.</summary>
    public NonceUse Use(string nonce, ulong count)
    {
        if (!TryOpen(nonce, out var made) || made < time.GetUtcNow().UtcTicks - Life.Ticks)
        {
            return NonceUse.Stale;
        }

        lock (_lock)
        {
            if (!_used.TryGetValue(nonce, out var counts))
            {
                if (made <= _forgottenUpTo)
                {
                    return NonceUse.Stale;
                }

                if (_used.Count >= MostUsed)
                {
                    Forget();
                }

                _used[nonce] = counts = new Counts(made);
            }

            return counts.See(count);
        }
    }

    private void Forget()
    {
        foreach (var (nonce, counts) in _used.OrderBy(static entry => entry.Value.Made).Take(MostUsed / 4).ToArray())
        {
            _forgottenUpTo = Math.Max(_forgottenUpTo, counts.Made);
            _used.Remove(nonce);
        }
    }

    private bool TryOpen(string nonce, out long made)
    {
        made = 0;
        Span<byte> bytes = stackalloc byte[Length];
        if (nonce.Length != Length * 2 || Convert.FromHexString(nonce, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        Span<byte> seal = stackalloc byte[Length - Sealed];
        Seal(bytes[..Sealed], seal);
        made = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return CryptographicOperations.FixedTimeEquals(seal, bytes[Sealed..]);
    }

    private void Seal(ReadOnlySpan<byte> bytes, Span<byte> seal)
    {
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(_key, bytes, mac);
        mac[..seal.Length].CopyTo(seal);
    }

    // The highest count, and which of the 64 up to it were there.
    private sealed class Counts(long made)
    {
        private const int Window = 64;

        private ulong _highest;
        private ulong _seen;

        public long Made { get; } = made;

        public NonceUse See(ulong count)
        {
            if (count > _highest)
            {
                var ahead = count - _highest;
                _seen = (ahead >= Window ? 0 : _seen << (int)ahead) | 1;
                _highest = count;
                return NonceUse.Fresh;
            }

            var behind = _highest - count;
            if (behind >= Window || count == 0)
            {
                return NonceUse.Stale;
            }

            var bit = 1ul << (int)behind;
            if ((_seen & bit) != 0)
            {
                return NonceUse.Replayed;
            }

            _seen |= bit;
            return NonceUse.Fresh;
        }
    }
}
