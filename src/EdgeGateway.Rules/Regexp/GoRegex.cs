using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// A regular expression in RE2 syntax with Go's semantics, matched in time linear in the text: <see cref="RegexParser"/> reads it,
/// <see cref="RegexCompiler"/> makes an automaton, <see cref="Backtracker"/> or, for long texts, <see cref="LockstepMachine"/> runs it.
/// Why not .NET's: docs/adr/0002-own-regular-expressions.md. Thread-safe; equal patterns share one instance while it is in use.
/// </summary>
public sealed class GoRegex
{
    private static readonly RegexCache Cache = new();

    private readonly RegexProgram _program;
    private readonly IReadOnlyList<string?> _groupNames;
    private LockstepMachine? _machine;

    private GoRegex(string pattern)
    {
        Pattern = pattern;
        var node = RegexParser.Parse(pattern, out _groupNames);
        _program = RegexCompiler.Compile(pattern, node, _groupNames.Count);
    }

    /// <summary>The pattern as the user wrote it.</summary>
    public string Pattern { get; }

    /// <summary>The compiled pattern.</summary>
    /// <exception cref="GoRegexException">It is not valid RE2.</exception>
    public static GoRegex Parse(string pattern) => Cache.Find(pattern) ?? Cache.Add(Uncached(pattern));

    /// <summary>As <see cref="Parse"/>, an instance of its own.</summary>
    internal static GoRegex Uncached(string pattern) => new(pattern);

    /// <summary>As <see cref="Parse"/>, without an exception.</summary>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out GoRegex? regex, [NotNullWhen(false)] out string? error)
    {
        try
        {
            regex = Parse(pattern);
            error = null;
            return true;
        }
        catch (GoRegexException exception)
        {
            regex = null;
            error = exception.Message;
            return false;
        }
    }

    /// <summary>A pattern that matches exactly this text.</summary>
    public static string Quote(string text)
    {
        var pattern = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (@"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal))
            {
                pattern.Append('\\');
            }

            pattern.Append(c);
        }

        return pattern.ToString();
    }

    /// <summary>Whether the pattern is found anywhere in the text.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => Find(text, 0, []);

    /// <summary>Where the pattern is found, from left to right; an empty match directly behind another match does not count, as in Go.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">At most so many; negative = all.</param>
    public IReadOnlyList<Range> FindAll(string text, int most = -1)
    {
        var found = new List<Range>();
        var slots = new int[_program.Slots];
        for (var search = new Search(); (most < 0 || found.Count < most) && Next(text, ref search, slots);)
        {
            found.Add(slots[0]..slots[1]);
        }

        return found;
    }

    /// <summary>The parts between the matches, as Go's <c>Split</c> makes them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">At most so many parts, the last with all that remains; 0 = none; negative = all.</param>
    public IReadOnlyList<string> Split(string text, int most = -1)
    {
        if (most == 0)
        {
            return [];
        }

        if (Pattern.Length > 0 && text.Length == 0)
        {
            return [""];
        }

        var parts = new List<string>();
        var (begin, end) = (0, 0);
        foreach (var match in FindAll(text, most))
        {
            if (most > 0 && parts.Count == most - 1)
            {
                break;
            }

            end = match.Start.Value;
            if (match.End.Value != 0)
            {
                parts.Add(text[begin..end]);
            }

            begin = match.End.Value;
        }

        if (end != text.Length)
        {
            parts.Add(text[begin..]);
        }

        return parts;
    }

    /// <summary>Prepares a replacement text for this pattern's groups.</summary>
    public GoReplacement ParseReplacement(string template) => GoReplacement.Parse(template, _groupNames);

    /// <summary>Replaces every match; an empty match directly behind another match does not count, as in Go.</summary>
    public string ReplaceAll(string text, GoReplacement replacement)
    {
        var slots = _program.Slots <= 32 ? stackalloc int[_program.Slots] : new int[_program.Slots];
        var search = new Search();
        if (!Next(text, ref search, slots))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 32);
        var copied = 0;
        do
        {
            result.Append(text, copied, slots[0] - copied);
            replacement.AppendTo(result, text, slots);
            copied = slots[1];
        }
        while (Next(text, ref search, slots));

        return result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Finds the first match at or after <paramref name="start"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where to begin; what is before it counts for <c>^</c> and <c>\b</c>.</param>
    /// <param name="slots">Takes begin and end of the match and of each group, -1 = took no part; or empty.</param>
    internal bool Find(ReadOnlySpan<char> text, int start, Span<int> slots) => Backtracker.CanTake(_program, text.Length - start)
        ? Backtracker.OfThread.Find(_program, text, start, slots)
        : FindInLockstep(text, start, slots);

    /// <summary>As <see cref="Find"/>, however short the text.</summary>
    internal bool FindInLockstep(ReadOnlySpan<char> text, int start, Span<int> slots)
    {
        // One is kept for the next long text; whoever comes meanwhile makes another.
        var machine = Interlocked.Exchange(ref _machine, null) ?? new(_program);
        var found = machine.Find(text, start, slots);
        _machine = machine;
        return found;
    }

    /// <summary>Slots that <see cref="Find"/> fills.</summary>
    internal int Slots => _program.Slots;

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    /// <summary>The next match that counts.</summary>
    private bool Next(string text, ref Search search, Span<int> slots)
    {
        while (search.At <= text.Length && Find(text, search.At, slots))
        {
            var (begin, end) = (slots[0], slots[1]);
            var counts = end > begin || begin != search.LastEnd;
            search.LastEnd = end;
            search.At = end > search.At ? end
                : search.At + (search.At < text.Length && RegexText.Read(text, search.At, out var width) >= 0 ? width : 1);
            if (counts)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where a walk from match to match is.</summary>
    private struct Search()
    {
        public int At;
        public int LastEnd = -1;
    }
}
