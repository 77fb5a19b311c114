using System.Globalization;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>How many file descriptors this process may have (<c>RLIMIT_NOFILE</c>; the runtime raises it to the hard limit when it starts).</summary>
internal static class DescriptorLimit
{
    // Linux's default where nothing is said (getrlimit(2)).
    private const int Usual = 1024;

    /// <summary>The limit in force; the usual one where it cannot be read.</summary>
    public static int Read()
    {
        try
        {
            return Parse(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Usual;
        }
    }

    /// <summary>The limit from the lines of <c>/proc/self/limits</c>.</summary>
    internal static int Parse(IEnumerable<string> lines)
    {
        const string row = "Max open files";
        foreach (var line in lines)
        {
            if (line.StartsWith(row, StringComparison.Ordinal))
            {
                var soft = line[row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
                return soft == "unlimited" ? int.MaxValue : int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : Usual;
            }
        }

        return Usual;
    }
}
