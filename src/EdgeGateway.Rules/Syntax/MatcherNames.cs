using System.Collections.Frozen;
using System.Collections.Immutable;

namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// The matchers that one language knows, and what to say about a name that it does not know.
/// </summary>
internal sealed class MatcherNames
{
    /// <summary>Farther apart than this, two names are not a typing error of each other.</summary>
    private const int MaximumTypingErrors = 2;

    private readonly string[] _names;
    private readonly FrozenDictionary<string, string> _bySpelling;
    private readonly FrozenDictionary<string, string> _hints;

    /// <param name="names">The names as the reference tables write them.</param>
    /// <param name="anySpelling">Accept the four spellings of Traefik's rules: as written, lower, upper, first letter upper.</param>
    /// <param name="hints">What to say about well-known names of other syntaxes.</param>
    public MatcherNames(IEnumerable<string> names, bool anySpelling = true, params (string Name, string Hint)[] hints)
    {
        _names = [.. names];
        var spellings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in _names)
        {
            spellings[name] = name;
            if (anySpelling)
            {
                var lower = name.ToLowerInvariant();
                spellings.TryAdd(lower, name);
                spellings.TryAdd(name.ToUpperInvariant(), name);
                spellings.TryAdd(char.ToUpperInvariant(lower[0]) + lower[1..], name);
            }
        }

        _bySpelling = spellings.ToFrozenDictionary(StringComparer.Ordinal);
        _hints = hints.ToFrozenDictionary(hint => hint.Name, hint => hint.Hint, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The name as its table writes it, or null when it is unknown.</summary>
    public string? Resolve(string spelling) => _bySpelling.GetValueOrDefault(spelling);

    /// <summary>The message for a name that <see cref="Resolve"/> does not know.</summary>
    public string DescribeUnknown(string spelling, ImmutableArray<string> arguments)
    {
        var start = $"unknown matcher {spelling}";
        if (_hints.ContainsKey(spelling) && VersionHints.InV3(spelling, arguments) is { } form)
        {
            return $"{start}: {form}";
        }

        if (_hints.TryGetValue(spelling, out var hint))
        {
            return $"{start}: {hint}";
        }

        var nearest = _names.FirstOrDefault(name => name.Equals(spelling, StringComparison.OrdinalIgnoreCase))
            ?? _names.Select(name => (Name: name, Distance: Distance(name, spelling)))
                .Where(candidate => candidate.Distance <= Math.Min(MaximumTypingErrors, spelling.Length - 1))
                .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
                .FirstOrDefault().Name;
        return nearest is null ? $"{start}; there are {string.Join(", ", _names)}" : $"{start}, did you mean {nearest}?";
    }

    /// <summary>Levenshtein distance, ignoring case.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > MaximumTypingErrors)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
