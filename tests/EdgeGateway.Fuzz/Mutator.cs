namespace EdgeGateway.Fuzz;

/// <summary>Makes inputs from seeds: one to eight edits of characters, tokens, spans and lines, or a splice of two seeds. The same seed gives the same inputs.</summary>
internal sealed class Mutator(IReadOnlyList<string> seeds, IReadOnlyList<string> tokens, Random random)
{
    private const int MaxLength = 4000;
    private const int MaxKept = 500;
    private const string Odd = "\0\t\n\r \"'`\\{}[]()<>.,:;#$&*!|?%@=+-_~^0aZ\u007f\u0085\u00e9\u2028\ud83d\ufeff\uffff";

    private readonly List<string> _kept = [];

    public string Next()
    {
        var text = Seed();
        for (var edits = random.Next(1, 9); edits > 0; edits--)
        {
            text = Edit(text);
        }

        return text.Length > MaxLength ? text[..MaxLength] : text;
    }

    /// <summary>Accepted inputs are seeds too: they lie deeper in the language than random ones.</summary>
    public void Keep(string input)
    {
        if (_kept.Count < MaxKept)
        {
            _kept.Add(input);
        }
        else if (random.Next(20) == 0)
        {
            _kept[random.Next(MaxKept)] = input;
        }
    }

    private string Seed() => _kept.Count > 0 && random.Next(3) > 0 ? _kept[random.Next(_kept.Count)] : seeds[random.Next(seeds.Count)];

    private string Edit(string text)
    {
        var at = random.Next(text.Length + 1);
        var end = Math.Min(text.Length, at + 1 + random.Next(random.Next(4) == 0 ? 200 : 8));
        var piece = text[at..end];
        switch (random.Next(10))
        {
            case 0:
                return text.Insert(at, Odd[random.Next(Odd.Length)].ToString());
            case 1:
            case 2:
                return text.Insert(at, tokens[random.Next(tokens.Count)]);
            case 3:
                return text.Remove(at, end - at);
            case 4:
                return text.Insert(at, piece);
            case 5:
                return string.Concat(text.AsSpan(0, at), Odd[random.Next(Odd.Length)].ToString(), text.AsSpan(Math.Min(text.Length, at + 1)));
            case 6:
                return text[..at];
            case 7:
                var other = Seed();
                return string.Concat(text.AsSpan(0, at), other.AsSpan(random.Next(other.Length + 1)));
            case 8:
                return text.Insert(at, string.Concat(Enumerable.Repeat(tokens[random.Next(tokens.Count)], random.Next(1, 150))));
            default:
                var lines = text.Split('\n');
                var (a, b) = (random.Next(lines.Length), random.Next(lines.Length));
                (lines[a], lines[b]) = (lines[b], lines[a]);
                return string.Join('\n', lines);
        }
    }
}
