using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>
/// The cipher Blowfish (Schneier 1994) with the key schedule of bcrypt. Its first state is the fraction of π, which is computed once, at the
/// first use: 1042 words that nobody would read as a table.
/// </summary>
internal sealed class Blowfish
{
    /// <summary>Words of key that are used.</summary>
    public const int RoundKeys = 18;

    private const int Words = RoundKeys + (4 * 256);

    private static readonly Lazy<uint[]> Initial = new(static () => FractionOfPi(Words));

    // Round keys, then the four tables.
    private readonly uint[] _state = [.. Initial.Value];

    /// <summary>Mixes a key in.</summary>
    /// <param name="key">Its words, used over and over.</param>
    public void Expand(ReadOnlySpan<uint> key) => Mix(key, default);

    /// <summary>Mixes a key in, salted.</summary>
    /// <param name="key">Its words, used over and over.</param>
    /// <param name="salt">Four words.</param>
    public void Expand(ReadOnlySpan<uint> key, ReadOnlySpan<uint> salt) => Mix(key, salt);

    /// <summary>Encrypts a block.</summary>
    public (uint Left, uint Right) Encrypt(uint left, uint right)
    {
        ref var p = ref MemoryMarshal.GetArrayDataReference(_state);
        ref var s = ref Unsafe.Add(ref p, RoundKeys);
        left ^= p;
        for (var i = 1; i <= 16; i += 2)
        {
            right ^= Scramble(ref s, left) ^ Unsafe.Add(ref p, i);
            left ^= Scramble(ref s, right) ^ Unsafe.Add(ref p, i + 1);
        }

        return (right ^ Unsafe.Add(ref p, 17), left);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Scramble(ref uint s, uint x) =>
        ((Unsafe.Add(ref s, (nint)(x >> 24)) + Unsafe.Add(ref s, (nint)(256 + ((x >> 16) & 0xFF)))) ^ Unsafe.Add(ref s, (nint)(512 + ((x >> 8) & 0xFF))))
        + Unsafe.Add(ref s, (nint)(768 + (x & 0xFF)));

    private void Mix(ReadOnlySpan<uint> key, ReadOnlySpan<uint> salt)
    {
        for (int i = 0, k = 0; i < RoundKeys; i++)
        {
            _state[i] ^= key[k];
            k = k + 1 == key.Length ? 0 : k + 1;
        }

        var (left, right) = (0u, 0u);
        for (var i = 0; i < _state.Length; i += 2)
        {
            if (!salt.IsEmpty)
            {
                left ^= salt[i & 2];
                right ^= salt[(i & 2) + 1];
            }

            (left, right) = Encrypt(left, right);
            _state[i] = left;
            _state[i + 1] = right;
        }
    }

    // Machin's formula in fixed point: π = 16 arctan 1/5 − 4 arctan 1/239. Word 0 is the integer part.
    private static uint[] FractionOfPi(int words)
    {
        const int Guard = 2; // the last words carry what division cuts off
        var pi = new uint[1 + words + Guard];
        AddArcTangent(pi, 16, 5, isNegative: false);
        AddArcTangent(pi, 4, 239, isNegative: true);
        return pi[1..(words + 1)];
    }

    private static void AddArcTangent(uint[] sum, uint factor, uint x, bool isNegative)
    {
        var power = new uint[sum.Length];
        var term = new uint[sum.Length];
        power[0] = factor;
        Divide(power, x, power);
        for (var k = 1u; power.AsSpan().ContainsAnyExcept(0u); k += 2)
        {
            Divide(power, k, term);
            Add(sum, term, isNegative ^ (k % 4 == 3));
            Divide(power, x * x, power);
        }
    }

    private static void Divide(ReadOnlySpan<uint> value, uint divisor, Span<uint> result)
    {
        var rest = 0ul;
        for (var i = 0; i < value.Length; i++)
        {
            var part = (rest << 32) | value[i];
            result[i] = (uint)(part / divisor);
            rest = part % divisor;
        }
    }

    private static void Add(Span<uint> sum, ReadOnlySpan<uint> term, bool isNegative)
    {
        var carry = 0L;
        for (var i = sum.Length - 1; i >= 0; i--)
        {
            carry += isNegative ? (long)sum[i] - term[i] : (long)sum[i] + term[i];
            sum[i] = (uint)carry;
            carry >>= 32;
        }
    }
}
