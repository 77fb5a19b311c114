namespace EdgeGateway.Rules.Http;

/// <summary>Reads a raw query without allocating: pairs at <c>&amp;</c>, <c>+</c> and <c>%XX</c> decoded, a pair with a bad escape dropped.</summary>
internal static class QueryReader
{
    // Longer keys and values than this are not on the stack.
    private const int StackLimit = 512;

    public delegate bool ValueTest<in TState>(ReadOnlySpan<char> value, TState state);

    /// <summary>True when a value of the key passes the test.</summary>
    public static bool Any<TState>(string query, string key, TState state, ValueTest<TState> test)
    {
        var rest = query.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            if (Test(equals < 0 ? pair : pair[..equals], equals < 0 ? default : pair[(equals + 1)..], key, state, test))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Test<TState>(ReadOnlySpan<char> rawKey, ReadOnlySpan<char> rawValue, string key, TState state, ValueTest<TState> test)
    {
        Span<char> buffer = rawKey.Length + rawValue.Length <= StackLimit ? stackalloc char[StackLimit] : new char[rawKey.Length + rawValue.Length];
        if (!TryDecode(rawKey, buffer, out var foundKey) || !foundKey.SequenceEqual(key))
        {
            return false;
        }

        return TryDecode(rawValue, buffer[foundKey.Length..], out var value) && test(value, state);
    }

    private static bool TryDecode(ReadOnlySpan<char> raw, Span<char> buffer, out ReadOnlySpan<char> text)
    {
        if (raw.IndexOfAny('%', '+') < 0)
        {
            text = raw;
            return true;
        }

        Span<byte> bytes = raw.Length <= StackLimit ? stackalloc byte[StackLimit] : new byte[raw.Length];
        var isAscii = true;
        var length = 0;
        text = default;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '+')
            {
                c = ' ';
            }
            else if (c == '%')
            {
                if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                {
                    return false;
                }

                c = (char)((Hex(raw[i + 1]) << 4) | Hex(raw[i + 2]));
                i += 2;
            }

            isAscii &= c < 0x80;
            bytes[length] = (byte)c;
            buffer[length++] = c;
        }

        if (!isAscii)
        {
            length = System.Text.Encoding.UTF8.GetChars(bytes[..length], buffer);
        }

        text = buffer[..length];
        return true;
    }

    private static int Hex(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
