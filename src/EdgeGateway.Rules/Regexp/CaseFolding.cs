using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Simple case folding as Go's <c>(?i)</c> uses it: which code points are one letter in different cases. Beyond ASCII it includes
/// such pairs as k and the Kelvin sign; it never maps one character to several.
/// </summary>
internal static class CaseFolding
{
    private static readonly Lazy<Dictionary<int, int[]>> Orbits = new(FindOrbits);

    /// <summary>Adds the case variants of the code points <paramref name="low"/> to <paramref name="high"/> to a set.</summary>
    public static void AddVariants(int low, int high, CodePointSet set)
    {
        foreach (var (codePoint, orbit) in high - low > Orbits.Value.Count ? Orbits.Value : Among(low, high))
        {
            if (codePoint >= low && codePoint <= high)
            {
                foreach (var variant in orbit)
                {
                    set.Add(variant, variant);
                }
            }
        }
    }

    private static IEnumerable<KeyValuePair<int, int[]>> Among(int low, int high)
    {
        for (var codePoint = low; codePoint <= high; codePoint++)
        {
            if (Orbits.Value.TryGetValue(codePoint, out var orbit))
            {
                yield return new(codePoint, orbit);
            }
        }
    }

    /// <summary>Groups all letters by what is left when case is taken away.</summary>
    private static Dictionary<int, int[]> FindOrbits()
    {
        var groups = new Dictionary<int, List<int>>();
        for (int codePoint = 'A'; codePoint <= CodePointSet.Maximum; codePoint++)
        {
            if (!Rune.TryCreate(codePoint, out var rune))
            {
                continue;
            }

            var folded = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune));
            if (folded != rune || Rune.ToUpperInvariant(rune) != rune)
            {
                Group(groups, folded.Value).Add(codePoint);
            }
        }

        // Letters whose upper or lower case is one-way: the mapping above does not reach them (CaseFolding.txt, status C and S).
        (int Folded, int Variant)[] oneWay = [('k', 0x212A), ('s', 0x17F), (0xE5, 0x212B), (0x3C9, 0x2126), (0xDF, 0x1E9E)];
        foreach (var (folded, variant) in oneWay)
        {
            var group = Group(groups, folded);
            foreach (var member in new[] { folded, variant })
            {
                if (!group.Contains(member))
                {
                    group.Add(member);
                }
            }
        }

        var orbits = new Dictionary<int, int[]>();
        foreach (var group in groups.Values.Where(group => group.Count > 1))
        {
            var orbit = group.ToArray();
            foreach (var member in orbit)
            {
                orbits[member] = orbit;
            }
        }

        return orbits;
    }

    private static List<int> Group(Dictionary<int, List<int>> groups, int folded)
    {
        if (!groups.TryGetValue(folded, out var group))
        {
            groups[folded] = group = [];
        }

        return group;
    }
}
