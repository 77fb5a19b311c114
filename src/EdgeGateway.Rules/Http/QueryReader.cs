using System.Buffers;
using EdgeGateway.Rules.Text;

namespace EdgeGateway.Rules.Http;

/// <summary>
/// Reads a raw query as Go does and without allocating: pairs at <c>&amp;</c>, <c>+</c> and <c>%XX</c> decoded, a pair with a bad
/// escape or a semicolon dropped, the others kept. One character of the query is one byte of the request line.
/// </summary>
internal static class QueryReader
{
    /// <summary>Longer encoded values are decoded in rented memory instead of on the stack.</summary>
    private const int StackLimit = 256;

    /// <summary>What a plain query consists of: it can be compared as it is.</summary>
    private static readonly SearchValues<char> Encoded =
        SearchValues.Create([';', '%', '+', .. Enumerable.Range(0x80, 0x80).Select(static c => (char)c)]);

    public delegate bool ValueTest<in TState>(ReadOnlySpan<char> value, TState state);

    /// <summary>Whether a value of the key passes the test.</summary>
    /// <param name="query">The raw query.</param>
    /// <param name="key">The decoded key.</param>
    /// <param name="firstOnly">Look at the key's first value only.</param>
    /// <param name="state">Given to the test.</param>
    /// <param name="test">The test of a decoded value.</param>
    public static bool Any<TState>(string query, string key, bool firstOnly, TState state, ValueTest<TState> test)
    {
        var rest = query.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            var rawKey = equals < 0 ? pair : pair[..equals];
            var rawValue = equals < 0 ? default : pair[(equals + 1)..];
            var outcome = pair.ContainsAny(Encoded)
                ? TestEncoded(rawKey, rawValue, key, state, test)
                : rawKey.SequenceEqual(key) ? test(rawValue, state) : null;
            if (outcome == true || (firstOnly && outcome == false))
            {
                return outcome.Value;
            }
        }

        return false;
    }

    /// <summary>The test's outcome, or null when the pair has another key or cannot be decoded.</summary>
    private static bool? TestEncoded<TState>(
        ReadOnlySpan<char> rawKey, ReadOnlySpan<char> rawValue, string key, TState state, ValueTest<TState> test)
    {
        var length = Math.Max(rawKey.Length, rawValue.Length);
        var rentedBytes = length > StackLimit ? ArrayPool<byte>.Shared.Rent(length) : null;
        var rentedChars = length > StackLimit ? ArrayPool<char>.Shared.Rent(length) : null;
        Span<byte> bytes = rentedBytes ?? stackalloc byte[StackLimit];
        Span<char> chars = rentedChars ?? stackalloc char[StackLimit];
        bool? outcome = TryDecode(rawKey, bytes, chars, out var count) && chars[..count].SequenceEqual(key)
            && TryDecode(rawValue, bytes, chars, out count)
            ? test(chars[..count], state)
            : null;
        if (rentedBytes is not null)
        {
            ArrayPool<byte>.Shared.Return(rentedBytes);
            ArrayPool<char>.Shared.Return(rentedChars!);
        }

        return outcome;
    }

    private static bool TryDecode(ReadOnlySpan<char> raw, Span<byte> bytes, Span<char> chars, out int count)
    {
        var length = 0;
        count = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == ';')
            {
                return false;
            }

            if (c == '%')
            {
                if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                {
                    return false;
                }

                bytes[length++] = (byte)((Hex(raw[i + 1]) << 4) | Hex(raw[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = c == '+' ? (byte)' ' : (byte)c;
            }
        }

        count = LosslessUtf8.Decode(bytes[..length], chars);
        return true;
    }

    private static int Hex(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
