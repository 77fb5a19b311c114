namespace EdgeGateway.Configuration.Sources;

/// <summary>Finds the known name that a wrong one was probably meant to be.</summary>
public static class DidYouMean
{
    /// <summary>The nearest of the names by edit distance (case ignored, a swap of neighbours counts one), or null if none is near: more than a third of the letters differ.</summary>
    public static string? Find(string name, IEnumerable<string> names)
    {
        var lower = name.Length > 100 ? name[..100].ToLowerInvariant() : name.ToLowerInvariant();
        var best = Math.Max(1, lower.Length / 3) + 1;
        string? nearest = null;
        foreach (var candidate in names)
        {
            var distance = Distance(lower, candidate.ToLowerInvariant());
            if (distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    // Optimal string alignment: three rows of the classic table.
    private static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var row = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[right.Length];
    }
}
