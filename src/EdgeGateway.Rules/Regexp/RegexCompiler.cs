namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Turns a pattern's tree into the instructions of an automaton, from the end to the start, so that each part knows where it goes on.
/// Repetitions are written out as Go does it: <c>x{2,4}</c> is <c>xx(x(x)?)?</c>, and a star around what may match nothing is
/// <c>(x+)?</c>, so that the order of preference is Perl's.
/// </summary>
internal sealed class RegexCompiler
{
    /// <summary>Bounds memory to 2 MiB for one pattern. Go takes thirty times as many.</summary>
    private const int MaximumSize = 100_000;

    private readonly string _pattern;
    private readonly List<RegexInstruction> _code = [];
    private readonly List<CharacterClass> _classes = [];
    private readonly Dictionary<CodePointSet, int> _known = [];

    private RegexCompiler(string pattern) => _pattern = pattern;

    /// <exception cref="GoRegexException">The automaton would be too large.</exception>
    public static RegexProgram Compile(string pattern, RegexNode node, int groups)
    {
        var compiler = new RegexCompiler(pattern);
        var start = compiler.Emit(node, compiler.Add(RegexOp.Match, 0, 0));
        var code = compiler._code.ToArray();
        return new()
        {
            Code = code,
            Classes = [.. compiler._classes],
            Start = start,
            Marks = Mark(code),
            Slots = 2 * groups,
            IsAnchored = IsAnchored(code, start),
            Prefix = Prefix(code, start),
        };
    }

    /// <summary>Writes what comes before <paramref name="next"/>; returns where it begins.</summary>
    private int Emit(RegexNode node, int next)
    {
        switch (node)
        {
            case RegexNode.Set set:
                return EmitSet(set.Members, next);
            case RegexNode.Assert assert:
                return Add(RegexOp.Assert, next, (int)assert.Kind);
            case RegexNode.Capture capture:
                var body = Emit(capture.Body, Add(RegexOp.Save, next, 2 * capture.Number + 1));
                return Add(RegexOp.Save, body, 2 * capture.Number);
            case RegexNode.Concat concat:
                for (var i = concat.Parts.Count - 1; i >= 0; i--)
                {
                    next = Emit(concat.Parts[i], next);
                }

                return next;
            case RegexNode.Alternate alternate:
                var rest = Emit(alternate.Branches[^1], next);
                for (var i = alternate.Branches.Count - 2; i >= 0; i--)
                {
                    rest = Add(RegexOp.Either, Emit(alternate.Branches[i], next), rest);
                }

                return rest;
            default:
                return EmitRepeat((RegexNode.Repeat)node, next);
        }
    }

    private int EmitSet(CodePointSet set, int next)
    {
        if (set.Ranges.Count == 0)
        {
            return Add(RegexOp.Fail, 0, 0);
        }

        if (set.Ranges is [(var low, var high)] && low == high && low <= char.MaxValue
            && low != RegexText.ReplacementCharacter && !char.IsSurrogate((char)low))
        {
            return Add(RegexOp.Unit, next, low);
        }

        if (!_known.TryGetValue(set, out var index))
        {
            _known[set] = index = _classes.Count;
            _classes.Add(new(set));
        }

        return Add(RegexOp.Class, next, index);
    }

    private int EmitRepeat(RegexNode.Repeat repeat, int next)
    {
        var (body, minimum, maximum, greedy) = repeat;
        if (maximum < 0)
        {
            next = minimum > 0 ? Plus(body, greedy, next)
                : body.IsNullable ? Choice(greedy, Plus(body, greedy, next), next)
                : Loop(body, greedy, next, out _);
            minimum = Math.Max(0, minimum - 1);
        }
        else
        {
            var end = next;
            for (var i = minimum; i < maximum; i++)
            {
                next = Choice(greedy, Emit(body, next), end);
            }
        }

        for (var i = 0; i < minimum; i++)
        {
            next = Emit(body, next);
        }

        return next;
    }

    private int Plus(RegexNode body, bool greedy, int next)
    {
        Loop(body, greedy, next, out var first);
        return first;
    }

    /// <summary>Begins with the choice between the body and what follows; <paramref name="body"/> leads back to it.</summary>
    private int Loop(RegexNode node, bool greedy, int next, out int body)
    {
        var choice = Add(RegexOp.Either, 0, 0);
        body = Emit(node, choice);
        _code[choice] = greedy ? new(RegexOp.Either, body, next, -1) : new(RegexOp.Either, next, body, -1);
        return choice;
    }

    private int Choice(bool greedy, int body, int end) => greedy ? Add(RegexOp.Either, body, end) : Add(RegexOp.Either, end, body);

    private int Add(RegexOp op, int next, int argument)
    {
        if (_code.Count >= MaximumSize)
        {
            throw new GoRegexException("expression too large", _pattern);
        }

        _code.Add(new(op, next, argument, -1));
        return _code.Count - 1;
    }

    private static int Mark(RegexInstruction[] code)
    {
        var ways = new int[code.Length];
        foreach (var instruction in code)
        {
            if (instruction.Op is RegexOp.Match or RegexOp.Fail)
            {
                continue;
            }

            ways[instruction.Next]++;
            if (instruction.Op == RegexOp.Either)
            {
                ways[instruction.Argument]++;
            }
        }

        var marks = 0;
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i].Op == RegexOp.Either || ways[i] > 1)
            {
                code[i] = code[i] with { Mark = marks++ };
            }
        }

        return marks;
    }

    private static bool IsAnchored(RegexInstruction[] code, int at)
    {
        while (code[at].Op == RegexOp.Save)
        {
            at = code[at].Next;
        }

        return code[at].Op == RegexOp.Assert && code[at].Argument == (int)Assertion.TextStart;
    }

    private static string Prefix(RegexInstruction[] code, int at)
    {
        var prefix = new System.Text.StringBuilder();
        for (; code[at].Op is RegexOp.Unit or RegexOp.Save; at = code[at].Next)
        {
            if (code[at].Op == RegexOp.Unit)
            {
                prefix.Append((char)code[at].Argument);
            }
        }

        return prefix.ToString();
    }
}
