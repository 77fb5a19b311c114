namespace EdgeGateway.Rules.Regexp;

/// <summary>A condition on a place in the text, without a character of its own.</summary>
internal enum Assertion
{
    /// <summary><c>\A</c>, and <c>^</c> without <c>(?m)</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>, and <c>$</c> without <c>(?m)</c>.</summary>
    TextEnd,

    /// <summary><c>(?m:^)</c>.</summary>
    LineStart,

    /// <summary><c>(?m:$)</c>.</summary>
    LineEnd,

    /// <summary><c>\b</c>, between ASCII word characters and others.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NoWordBoundary,
}

/// <summary>A part of a pattern, as <see cref="RegexParser"/> reads it and <see cref="RegexCompiler"/> takes it.</summary>
internal abstract record RegexNode
{
    /// <summary>Whether it can match without a character.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>One character of a set.</summary>
    public sealed record Set(CodePointSet Members) : RegexNode
    {
        public override bool IsNullable => false;
    }

    /// <summary>See <see cref="Regexp.Assertion"/>.</summary>
    public sealed record Assert(Assertion Kind) : RegexNode
    {
        public override bool IsNullable => true;
    }

    /// <summary>A capturing group; 0 is the whole match.</summary>
    public sealed record Capture(int Number, RegexNode Body) : RegexNode
    {
        public override bool IsNullable { get; } = Body.IsNullable;
    }

    /// <summary>One after the other; nothing when there are none.</summary>
    public sealed record Concat(IReadOnlyList<RegexNode> Parts) : RegexNode
    {
        public override bool IsNullable { get; } = Parts.All(static part => part.IsNullable);
    }

    /// <summary>The first that leads to a match.</summary>
    public sealed record Alternate(IReadOnlyList<RegexNode> Branches) : RegexNode
    {
        public override bool IsNullable { get; } = Branches.Any(static branch => branch.IsNullable);
    }

    /// <summary>Repeated.</summary>
    /// <param name="Body">What is repeated.</param>
    /// <param name="Minimum">At least so often.</param>
    /// <param name="Maximum">At most so often; negative = without end.</param>
    /// <param name="IsGreedy">Whether more is tried before less.</param>
    public sealed record Repeat(RegexNode Body, int Minimum, int Maximum, bool IsGreedy) : RegexNode
    {
        public override bool IsNullable { get; } = Minimum == 0 || Body.IsNullable;
    }
}
