using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>Reads lists of users, from the configuration and from a file. What it says about a bad entry never shows the entry.</summary>
internal static class UserTable
{
    /// <summary>Reads entries; the last one of a user holds, and those of the configuration come last.</summary>
    /// <param name="users">Entries of the configuration.</param>
    /// <param name="file">Path of a file with an entry per line; blank lines and <c>#</c> are skipped. Null or empty for none.</param>
    /// <param name="form">How an entry looks, such as <c>name:hash</c>: as many parts as it must have.</param>
    /// <param name="table">Whole entries by what stands before their last colon; null on an error.</param>
    /// <param name="error">What is wrong, and where.</param>
    public static bool TryRead(
        IReadOnlyList<string> users, string? file, string form,
        [NotNullWhen(true)] out FrozenDictionary<string, string>? table, [NotNullWhen(false)] out string? error)
    {
        table = null;
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        if (!string.IsNullOrEmpty(file))
        {
            string[] lines;
            try
            {
                lines = File.ReadAllLines(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                error = $"usersFile: {e.Message}";
                return false;
            }

            for (var i = 0; i < lines.Length; i++)
            {
                var line = lines[i].Trim();
                if (line.Length > 0 && line[0] != '#' && !TryAdd(read, line, form))
                {
                    error = $"usersFile {file}, line {i + 1}: an entry must be {form}";
                    return false;
                }
            }
        }

        for (var i = 0; i < users.Count; i++)
        {
            if (!TryAdd(read, users[i], form))
            {
                error = $"users[{i}]: an entry must be {form}";
                return false;
            }
        }

        if (read.Count == 0)
        {
            error = $"no user: users or usersFile must have an entry ({form})";
            return false;
        }

        error = null;
        table = read.ToFrozenDictionary(StringComparer.Ordinal);
        return true;
    }

    private static bool TryAdd(Dictionary<string, string> table, string entry, string form)
    {
        if (entry.Count(static c => c == ':') != form.Count(static c => c == ':'))
        {
            return false;
        }

        var colon = entry.LastIndexOf(':');
        table[entry[..colon]] = entry[(colon + 1)..];
        return true;
    }
}
