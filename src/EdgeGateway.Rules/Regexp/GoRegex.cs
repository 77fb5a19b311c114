using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// A regular expression in RE2 syntax with Go's semantics, matched in time linear in the text. Users write RE2 (it is what Traefik
/// takes); .NET's dialect differs where it hurts (<c>$</c>, <c>\d</c>, named groups), so patterns are translated, not passed on.
/// Thread-safe; equal patterns share one instance while it is in use.
/// </summary>
public sealed class GoRegex
{
    private static readonly RegexCache Cache = new();

    private readonly Regex _simple;
    private readonly Regex _full;
    private readonly IReadOnlyList<string?> _groupNames;

    private GoRegex(string pattern)
    {
        Pattern = pattern;
        var simple = RegexTranslator.Translate(pattern, full: false, out _groupNames);
        _simple = TryBuild(simple)
            ?? throw new GoRegexException("expression too large", pattern);

        // For texts with characters beyond U+FFFF or with bytes that are not UTF-8; many patterns mean the same there. Made now, since a
        // request must not wait for it. It is larger than the simple form; where it is too large, a class takes no such characters.
        var full = RegexTranslator.Translate(pattern, full: true, out _);
        _full = full == simple ? _simple : TryBuild(full) ?? _simple;
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
    public bool IsMatch(ReadOnlySpan<char> text) => For(text).IsMatch(text);

    /// <summary>Where the pattern is found, from left to right; an empty match directly behind another match does not count, as in Go.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">At most so many; negative = all.</param>
    public IReadOnlyList<Range> FindAll(string text, int most = -1)
    {
        var found = new List<Range>();
        var previousEnd = -1;
        for (var match = For(text).Match(text); match.Success && (most < 0 || found.Count < most); match = match.NextMatch())
        {
            if (match.Length > 0 || match.Index != previousEnd)
            {
                found.Add(match.Index..(match.Index + match.Length));
            }

            previousEnd = match.Index + match.Length;
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
        var match = For(text).Match(text);
        if (!match.Success)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 32);
        var copied = 0;
        for (var previousEnd = -1; match.Success; match = match.NextMatch())
        {
            if (match.Length == 0 && match.Index == previousEnd)
            {
                continue;
            }

            result.Append(text, copied, match.Index - copied);
            replacement.AppendTo(result, match);
            copied = previousEnd = match.Index + match.Length;
        }

        return result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    private Regex For(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? _simple : _full;

    /// <summary>Null when .NET's limit (10,000 nodes of the automaton, which bounds memory and time) is exceeded.</summary>
    private static Regex? TryBuild(string pattern)
    {
        try
        {
            // NonBacktracking is what keeps RE2's promise of linear time.
#pragma warning disable RS0030 // This class is the one place where .NET's constructor may be used.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
#pragma warning restore RS0030
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
