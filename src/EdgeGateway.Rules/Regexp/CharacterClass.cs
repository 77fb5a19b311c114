namespace EdgeGateway.Rules.Regexp;

/// <summary>A <see cref="CodePointSet"/> made for asking: a bit for each ASCII character, sorted ranges for the others.</summary>
internal sealed class CharacterClass
{
    private const int Ascii = 128;

    private readonly ulong _below64;
    private readonly ulong _below128;
    private readonly int[] _lows;
    private readonly int[] _highs;

    public CharacterClass(CodePointSet set)
    {
        var ranges = set.Ranges.Where(static range => range.High >= Ascii).ToList();
        _lows = [.. ranges.Select(static range => range.Low)];
        _highs = [.. ranges.Select(static range => range.High)];
        foreach (var (low, high) in set.Ranges)
        {
            for (var c = low; c <= Math.Min(high, Ascii - 1); c++)
            {
                // A shift counts modulo 64.
                _ = c < 64 ? _below64 |= 1UL << c : _below128 |= 1UL << c;
            }
        }
    }

    public bool Contains(int codePoint)
    {
        if (codePoint < Ascii)
        {
            return ((codePoint < 64 ? _below64 : _below128) >> codePoint & 1) != 0;
        }

        var at = Array.BinarySearch(_lows, codePoint);
        return at >= 0 || (at < -1 && codePoint <= _highs[~at - 1]);
    }
}
