using System.Globalization;
using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Writes code points and sets of them in .NET's pattern syntax. .NET matches UTF-16 units, RE2 code points: the full form spells
/// characters beyond U+FFFF as surrogate pairs; the simple form leaves them out and is used for texts that have no surrogates.
/// </summary>
internal sealed class RegexEmitter(bool full)
{
    private const int LastOfBasicPlane = 0xFFFF;

    /// <summary>What a byte that is not UTF-8 reads as in RE2; here it is an unpaired low surrogate (see LosslessUtf8).</summary>
    private const int ReplacementCharacter = 0xFFFD;

    /// <summary>Matches nothing.</summary>
    private const string Nothing = @"[^\u0000-\uFFFF]";

    private readonly StringBuilder _pattern = new();

    /// <summary>Length of what was written; the start of the next atom.</summary>
    public int Position => _pattern.Length;

    public string Pattern => _pattern.ToString();

    public void Raw(string text) => _pattern.Append(text);

    /// <summary>Repeats what was written from <paramref name="start"/> on.</summary>
    public void Repeat(int start, string quantifier)
    {
        _pattern.Insert(start, "(?:").Append(')').Append(quantifier);
    }

    public void Literal(int codePoint, bool foldCase)
    {
        var set = new CodePointSet((codePoint, codePoint));
        if (foldCase)
        {
            set = set.WithCaseVariants();
        }

        if (set.Ranges is [(var low, var high)] && low == high && low <= LastOfBasicPlane && low != ReplacementCharacter)
        {
            AppendUnit(low);
        }
        else
        {
            Set(set);
        }
    }

    public void Set(CodePointSet set)
    {
        var basic = new StringBuilder();
        var pairs = new List<string>();
        foreach (var (low, high) in set.Ranges)
        {
            // Surrogates are no characters: a text has them only in pairs or as escaped bytes.
            AppendUnits(basic, low, Math.Min(high, 0xD7FF));
            AppendUnits(basic, Math.Max(low, 0xE000), Math.Min(high, LastOfBasicPlane));
            if (full && high > LastOfBasicPlane)
            {
                AddPairs(pairs, Math.Max(low, LastOfBasicPlane + 1), high);
            }
        }

        if (full && set.Contains(ReplacementCharacter))
        {
            basic.Append(@"\uDC80-\uDCFF");
        }

        var units = basic.Length > 0 ? $"[{basic}]" : pairs.Count > 0 ? null : Nothing;
        if (pairs.Count == 0)
        {
            _pattern.Append(units);
            return;
        }

        if (units is not null)
        {
            pairs.Add(units);
        }

        _pattern.Append("(?:").AppendJoin('|', pairs).Append(')');
    }

    private static void AppendUnits(StringBuilder text, int low, int high)
    {
        if (low > high)
        {
            return;
        }

        text.Append(Unit(low));
        if (high > low)
        {
            text.Append('-').Append(Unit(high));
        }
    }

    /// <summary>Splits a range beyond U+FFFF into products of a range of high and a range of low surrogates.</summary>
    private static void AddPairs(List<string> pairs, int low, int high)
    {
        var (firstHigh, firstLow) = Split(low);
        var (lastHigh, lastLow) = Split(high);
        if (firstHigh == lastHigh)
        {
            pairs.Add(Pair(firstHigh, lastHigh, firstLow, lastLow));
            return;
        }

        if (firstLow > 0xDC00)
        {
            pairs.Add(Pair(firstHigh, firstHigh, firstLow, 0xDFFF));
            firstHigh++;
        }

        var partial = lastLow < 0xDFFF;
        if (firstHigh <= (partial ? lastHigh - 1 : lastHigh))
        {
            pairs.Add(Pair(firstHigh, partial ? lastHigh - 1 : lastHigh, 0xDC00, 0xDFFF));
        }

        if (partial)
        {
            pairs.Add(Pair(lastHigh, lastHigh, 0xDC00, lastLow));
        }
    }

    private static (int High, int Low) Split(int codePoint)
    {
        var offset = codePoint - 0x10000;
        return (0xD800 + (offset >> 10), 0xDC00 + (offset & 0x3FF));
    }

    private static string Pair(int high1, int high2, int low1, int low2) => $"[{Unit(high1)}-{Unit(high2)}][{Unit(low1)}-{Unit(low2)}]";

    private void AppendUnit(int unit) => _pattern.Append(Unit(unit));

    private static string Unit(int unit) => unit < 0x80 && char.IsAsciiLetterOrDigit((char)unit)
        ? ((char)unit).ToString()
        : @"\u" + unit.ToString("X4", CultureInfo.InvariantCulture);
}
