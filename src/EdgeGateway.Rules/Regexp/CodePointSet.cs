namespace EdgeGateway.Rules.Regexp;

/// <summary>A set of Unicode code points while a character class is put together; kept as ranges, normalised on reading.</summary>
internal sealed class CodePointSet
{
    public const int Maximum = 0x10FFFF;

    /// <summary>Every character. Read only.</summary>
    public static readonly CodePointSet All = Shared(new((0, Maximum)));

    /// <summary>Every character but the line feed. Read only.</summary>
    public static readonly CodePointSet NoLineFeed = Shared(new((0, '\n' - 1), ('\n' + 1, Maximum)));

    private readonly List<(int Low, int High)> _ranges = [];
    private bool _normalised = true;

    public CodePointSet(params ReadOnlySpan<(int Low, int High)> ranges)
    {
        foreach (var (low, high) in ranges)
        {
            Add(low, high);
        }
    }

    /// <summary>The ranges in ascending order, not touching each other.</summary>
    public IReadOnlyList<(int Low, int High)> Ranges
    {
        get
        {
            Normalise();
            return _ranges;
        }
    }

    public void Add(int low, int high)
    {
        _ranges.Add((low, high));
        _normalised = false;
    }

    public void Add(CodePointSet other)
    {
        foreach (var (low, high) in other.Ranges)
        {
            Add(low, high);
        }
    }

    public CodePointSet Complement()
    {
        var result = new CodePointSet();
        var next = 0;
        foreach (var (low, high) in Ranges)
        {
            if (low > next)
            {
                result.Add(next, low - 1);
            }

            next = high + 1;
        }

        if (next <= Maximum)
        {
            result.Add(next, Maximum);
        }

        return result;
    }

    /// <summary>The set with every code point that differs from a member only in case.</summary>
    public CodePointSet WithCaseVariants()
    {
        var result = new CodePointSet();
        result.Add(this);
        foreach (var (low, high) in Ranges)
        {
            CaseFolding.AddVariants(low, high, result);
        }

        return result;
    }

    // Put into its final order first, since several threads will read it.
    private static CodePointSet Shared(CodePointSet set)
    {
        set.Normalise();
        return set;
    }

    private void Normalise()
    {
        if (_normalised)
        {
            return;
        }

        _ranges.Sort();
        var last = 0;
        for (var i = 1; i < _ranges.Count; i++)
        {
            if (_ranges[i].Low <= _ranges[last].High + 1)
            {
                _ranges[last] = (_ranges[last].Low, Math.Max(_ranges[last].High, _ranges[i].High));
            }
            else
            {
                _ranges[++last] = _ranges[i];
            }
        }

        _ranges.RemoveRange(last + 1, _ranges.Count - last - 1);
        _normalised = true;
    }
}
