namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Follows all ways at once, one character after the other, the preferred first: linear in the text, with memory for the pattern alone.
/// For texts that are too long for <see cref="Backtracker"/>.
/// </summary>
internal sealed class LockstepMachine(RegexProgram program)
{
    private readonly Stack<(int Pc, int Value)> _jobs = new();
    private readonly int[] _working = new int[program.Slots];
    private Threads _now = new(program);
    private Threads _next = new(program);

    /// <inheritdoc cref="Backtracker.Find"/>
    public bool Find(ReadOnlySpan<char> text, int start, Span<int> slots)
    {
        var found = false;
        for (var at = start; ;)
        {
            if (!found)
            {
                if (_now.Count == 0 && (at = program.NextStart(text, at)) < 0)
                {
                    return false;
                }

                // What began earlier is preferred, so this one comes last. An anchored pattern dies at its assertion.
                _working.AsSpan().Fill(-1);
                _working[0] = at;
                Follow(_now, program.Start, text, at);
            }

            var units = 0;
            var character = at < text.Length ? RegexText.Read(text, at, out units) : -1;
            if (Step(text, at, units, character, slots))
            {
                found = true;
                if (slots.Length == 0)
                {
                    _next.Clear();
                    _now.Clear();
                    return true;
                }
            }

            _now.Clear();
            (_now, _next) = (_next, _now);
            if (at >= text.Length || (found && _now.Count == 0))
            {
                _now.Clear();
                return found;
            }

            at += units;
        }
    }

    /// <summary>Lets each way take the character; whether one came to its end. Those after it are less preferred and go.</summary>
    private bool Step(ReadOnlySpan<char> text, int at, int units, int character, Span<int> slots)
    {
        for (var i = 0; i < _now.Count; i++)
        {
            ref readonly var instruction = ref program.Code[_now.Pcs[i]];
            switch (instruction.Op)
            {
                case RegexOp.Match:
                    if (slots.Length > 0)
                    {
                        _now.SlotsOf(i).CopyTo(slots);
                        slots[1] = at;
                    }

                    return true;
                case RegexOp.Unit when character == instruction.Argument:
                case RegexOp.Class when character >= 0 && program.Classes[instruction.Argument].Contains(character):
                    _now.SlotsOf(i).CopyTo(_working);
                    Follow(_next, instruction.Next, text, at + units);
                    break;
            }
        }

        return false;
    }

    /// <summary>Adds all instructions that take a character, or end, and are reached from here without one.</summary>
    private void Follow(Threads threads, int pc, ReadOnlySpan<char> text, int at)
    {
        _jobs.Push((pc, 0));
        while (_jobs.TryPop(out var job))
        {
            if (job.Pc < 0)
            {
                _working[~job.Pc] = job.Value;
                continue;
            }

            if (!threads.TryVisit(job.Pc))
            {
                continue;
            }

            ref readonly var instruction = ref program.Code[job.Pc];
            switch (instruction.Op)
            {
                case RegexOp.Either:
                    _jobs.Push((instruction.Argument, 0));
                    _jobs.Push((instruction.Next, 0));
                    break;
                case RegexOp.Assert:
                    if (RegexText.Holds((Assertion)instruction.Argument, text, at))
                    {
                        _jobs.Push((instruction.Next, 0));
                    }

                    break;
                case RegexOp.Save:
                    _jobs.Push((~instruction.Argument, _working[instruction.Argument]));
                    _working[instruction.Argument] = at;
                    _jobs.Push((instruction.Next, 0));
                    break;
                case RegexOp.Fail:
                    break;
                default:
                    threads.Add(job.Pc, _working);
                    break;
            }
        }
    }

    /// <summary>The ways that are under way, by preference.</summary>
    private sealed class Threads(RegexProgram program)
    {
        private readonly int[] _visitedIn = new int[program.Code.Length];
        private int[] _slots = new int[16 * program.Slots];
        private int _turn = 1;

        public int[] Pcs { get; } = new int[program.Code.Length];

        public int Count { get; private set; }

        public Span<int> SlotsOf(int thread) => _slots.AsSpan(thread * program.Slots, program.Slots);

        public bool TryVisit(int pc)
        {
            if (_visitedIn[pc] == _turn)
            {
                return false;
            }

            _visitedIn[pc] = _turn;
            return true;
        }

        public void Add(int pc, int[] slots)
        {
            if ((Count + 1) * program.Slots > _slots.Length)
            {
                Array.Resize(ref _slots, _slots.Length * 2);
            }

            slots.CopyTo(SlotsOf(Count));
            Pcs[Count++] = pc;
        }

        public void Clear()
        {
            Count = 0;
            _turn++;
        }
    }
}
