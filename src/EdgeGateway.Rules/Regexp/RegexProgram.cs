namespace EdgeGateway.Rules.Regexp;

/// <summary>What an instruction does.</summary>
internal enum RegexOp : byte
{
    /// <summary>Ends this way without a match.</summary>
    Fail,

    /// <summary>Takes the UTF-16 unit <c>Argument</c>, which stands for a character by itself.</summary>
    Unit,

    /// <summary>Takes a character of the class with the index <c>Argument</c>.</summary>
    Class,

    /// <summary>Goes on at <c>Next</c>; where that does not lead to a match, at <c>Argument</c>.</summary>
    Either,

    /// <summary>Goes on if the <see cref="Assertion"/> <c>Argument</c> holds.</summary>
    Assert,

    /// <summary>Notes the place in the slot <c>Argument</c>.</summary>
    Save,

    /// <summary>A match ends here.</summary>
    Match,
}

/// <summary>An instruction of the automaton.</summary>
/// <param name="Op">What it does.</param>
/// <param name="Next">Where it goes on.</param>
/// <param name="Argument">See <see cref="RegexOp"/>.</param>
/// <param name="Mark">Its number among those that several ways lead to or from, else -1: only there a place may be come to twice.</param>
internal readonly record struct RegexInstruction(RegexOp Op, int Next, int Argument, int Mark);

/// <summary>A compiled pattern, without state.</summary>
internal sealed class RegexProgram
{
    public required RegexInstruction[] Code { get; init; }

    public required CharacterClass[] Classes { get; init; }

    /// <summary>Index of the first instruction.</summary>
    public required int Start { get; init; }

    /// <summary>How many instructions have a <see cref="RegexInstruction.Mark"/>.</summary>
    public required int Marks { get; init; }

    /// <summary>Begin and end of the whole match and of each capturing group.</summary>
    public required int Slots { get; init; }

    /// <summary>Whether it matches at the start of the text only.</summary>
    public required bool IsAnchored { get; init; }

    /// <summary>What each match begins with; empty when nothing is known.</summary>
    public required string Prefix { get; init; }

    /// <summary>The next place at or after <paramref name="at"/> where a match may begin, or -1.</summary>
    public int NextStart(ReadOnlySpan<char> text, int at)
    {
        if (IsAnchored)
        {
            return at == 0 ? 0 : -1;
        }

        if (at > text.Length || Prefix.Length == 0)
        {
            return at > text.Length ? -1 : at;
        }

        var found = text[at..].IndexOf(Prefix);
        return found < 0 ? -1 : at + found;
    }
}
