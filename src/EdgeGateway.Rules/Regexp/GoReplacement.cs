using System.Globalization;
using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// A replacement text in Go's syntax: <c>$name</c> and <c>${name}</c> are groups by number or name, <c>$$</c> is a dollar sign.
/// A name is as long as possible, so <c>$1x</c> is the group <c>1x</c> (write <c>${1}x</c>); a group that does not exist is empty.
/// </summary>
public sealed class GoReplacement
{
    /// <summary>Go takes larger numbers as names.</summary>
    private const int MaximumGroupNumber = 100_000_000;

    private readonly List<(string Literal, int Group)> _parts = [];

    private GoReplacement()
    {
    }

    internal static GoReplacement Parse(string template, IReadOnlyList<string?> groupNames)
    {
        var replacement = new GoReplacement();
        var literal = new StringBuilder();
        var at = 0;
        while (at < template.Length)
        {
            if (template[at] != '$')
            {
                literal.Append(template[at++]);
            }
            else if (at + 1 < template.Length && template[at + 1] == '$')
            {
                literal.Append('$');
                at += 2;
            }
            else if (TryReadName(template, at + 1, out var name, out var end))
            {
                replacement._parts.Add((literal.ToString(), FindGroup(name, groupNames)));
                literal.Clear();
                at = end;
            }
            else
            {
                literal.Append(template[at++]);
            }
        }

        replacement._parts.Add((literal.ToString(), -1));
        return replacement;
    }

    internal void AppendTo(StringBuilder result, ReadOnlySpan<char> text, ReadOnlySpan<int> slots)
    {
        foreach (var (literal, group) in _parts)
        {
            result.Append(literal);
            if (group >= 0 && slots[2 * group] >= 0)
            {
                result.Append(text[slots[2 * group]..slots[2 * group + 1]]);
            }
        }
    }

    private static bool TryReadName(string template, int at, out string name, out int end)
    {
        var braced = at < template.Length && template[at] == '{';
        var start = braced ? at + 1 : at;
        end = start;
        while (end < template.Length && Rune.TryGetRuneAt(template, end, out var rune)
            && (rune.Value == '_' || Rune.IsLetter(rune) || Rune.IsDigit(rune)))
        {
            end += rune.Utf16SequenceLength;
        }

        name = template[start..end];
        if (name.Length == 0 || (braced && (end >= template.Length || template[end] != '}')))
        {
            return false;
        }

        end += braced ? 1 : 0;
        return true;
    }

    private static int FindGroup(string name, IReadOnlyList<string?> groupNames)
    {
        if (name.All(char.IsAsciiDigit) && (name.Length == 1 || name[0] != '0')
            && long.TryParse(name, CultureInfo.InvariantCulture, out var number) && number < MaximumGroupNumber)
        {
            return number < groupNames.Count ? (int)number : -1;
        }

        for (var i = 0; i < groupNames.Count; i++)
        {
            if (groupNames[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
