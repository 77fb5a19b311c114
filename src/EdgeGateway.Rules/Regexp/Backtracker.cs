namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Tries one way after the other, in the order of preference, and never goes on twice from the same instruction at the same place: linear
/// in the text. The quickest for short texts; its memory grows with pattern times text, so <see cref="LockstepMachine"/> takes long ones.
/// </summary>
internal sealed class Backtracker
{
    /// <summary>4 KiB for each thread, and at most 256 KiB for what is still to be tried.</summary>
    private const int MaximumBits = 1 << 15;

    [ThreadStatic]
    private static Backtracker? t_own;

    private readonly ulong[] _visited = new ulong[MaximumBits / 64];
    private int[] _stack = new int[64];
    private int _top;

    /// <summary>That of this thread: a search calls nothing that could begin another one.</summary>
    public static Backtracker OfThread => t_own ??= new();

    public static bool CanTake(RegexProgram program, int length) => (long)program.Marks * (length + 1) <= MaximumBits;

    /// <summary>Finds the first match at or after <paramref name="start"/>.</summary>
    /// <param name="program">The pattern.</param>
    /// <param name="text">All of the text: assertions look at what is before the start, too.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="slots">Takes the places of the groups, -1 = took no part; empty when only the answer is wanted.</param>
    public bool Find(RegexProgram program, ReadOnlySpan<char> text, int start, Span<int> slots)
    {
        var width = text.Length - start + 1;
        _visited.AsSpan(0, (program.Marks * width + 63) / 64).Clear();
        for (var at = program.NextStart(text, start); at >= 0; at = program.NextStart(text, at + 1))
        {
            // The second half of a pair is no place to begin.
            if (at > start && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]))
            {
                continue;
            }

            slots.Fill(-1);
            if (Matches(program, text, at, start, slots))
            {
                return true;
            }
        }

        return false;
    }

    private bool Matches(RegexProgram program, ReadOnlySpan<char> text, int begin, int origin, Span<int> slots)
    {
        var (code, classes) = (program.Code, program.Classes);
        var width = text.Length - origin + 1;
        _top = 0;
        Push(program.Start, begin);
        while (_top > 0)
        {
            var at = _stack[--_top];
            var pc = _stack[--_top];
            if (pc < 0)
            {
                slots[~pc] = at;
                continue;
            }

            while (pc >= 0)
            {
                ref readonly var instruction = ref code[pc];
                if (instruction.Mark >= 0 && IsVisited(instruction.Mark * width + at - origin))
                {
                    break;
                }

                pc = instruction.Next;
                switch (instruction.Op)
                {
                    case RegexOp.Unit:
                        pc = at < text.Length && text[at] == instruction.Argument ? pc : -1;
                        at++;
                        break;
                    case RegexOp.Class:
                        var units = 1;
                        pc = at < text.Length && classes[instruction.Argument].Contains(RegexText.Read(text, at, out units)) ? pc : -1;
                        at += units;
                        break;
                    case RegexOp.Either:
                        if (slots.IsEmpty && code[instruction.Argument].Op == RegexOp.Match)
                        {
                            return true;
                        }

                        // The next character often tells that one of the ways leads nowhere.
                        if (IsDeadEnd(code, instruction.Next, text, at))
                        {
                            pc = instruction.Argument;
                        }
                        else if (!IsDeadEnd(code, instruction.Argument, text, at))
                        {
                            Push(instruction.Argument, at);
                        }

                        break;
                    case RegexOp.Assert:
                        pc = RegexText.Holds((Assertion)instruction.Argument, text, at) ? pc : -1;
                        break;
                    case RegexOp.Save:
                        if (slots.Length > 0)
                        {
                            Push(~instruction.Argument, slots[instruction.Argument]);
                            slots[instruction.Argument] = at;
                        }

                        break;
                    case RegexOp.Match:
                        if (slots.Length > 0)
                        {
                            (slots[0], slots[1]) = (begin, at);
                        }

                        return true;
                    default:
                        pc = -1;
                        break;
                }
            }
        }

        return false;
    }

    private static bool IsDeadEnd(RegexInstruction[] code, int pc, ReadOnlySpan<char> text, int at)
    {
        ref readonly var instruction = ref code[pc];
        return instruction.Op == RegexOp.Unit && !(at < text.Length && text[at] == instruction.Argument);
    }

    private bool IsVisited(int bit)
    {
        ref var word = ref _visited[bit >> 6];
        var mask = 1UL << (bit & 63);
        var visited = (word & mask) != 0;
        word |= mask;
        return visited;
    }

    private void Push(int pc, int at)
    {
        if (_top + 2 > _stack.Length)
        {
            Array.Resize(ref _stack, _stack.Length * 2);
        }

        _stack[_top++] = pc;
        _stack[_top++] = at;
    }
}
