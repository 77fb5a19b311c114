namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>
/// Tells a dead socket that will come back (tailscaled is restarting) from one that will not: tailscaled removes and re-creates its
/// socket at every start, so a container into which the <i>file</i> was mounted keeps the removed one for ever.
/// </summary>
internal static class SocketMount
{
    private const string MountTable = "/proc/self/mountinfo";

    /// <summary>True when the socket path itself is a mount point of this process.</summary>
    public static bool IsFileMount(string socketPath)
    {
        try
        {
            return IsFileMount(socketPath, ResolveFolder(socketPath), File.ReadLines(MountTable));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // no such table (not Linux): the plain text of a dead socket is shown
        }
    }

    /// <summary>The same on given lines: <paramref name="resolved"/> is the path with its folder's links followed (/var/run → /run).</summary>
    internal static bool IsFileMount(string socketPath, string resolved, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            // proc(5): id, parent, major:minor, root, mount point, … with \040 for a blank.
            var fields = line.Split(' ');
            if (fields.Length > 4)
            {
                var point = fields[4].Replace("\\040", " ", StringComparison.Ordinal);
                if (point == socketPath || point == resolved)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string ResolveFolder(string socketPath)
    {
        var resolved = "/";
        foreach (var part in Path.GetFullPath(socketPath).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            resolved = new DirectoryInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
        }

        return resolved;
    }
}
