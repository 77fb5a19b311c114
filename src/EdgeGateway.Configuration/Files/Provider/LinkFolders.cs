namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>The folders through which a link leads to its file: a swap of any link on the way is an event in one of them.</summary>
public static class LinkFolders
{
    // Linux follows 40 links (path_resolution(7)).
    private const int MaxHops = 40;

    /// <summary>Adds them.</summary>
    /// <param name="file">Full path of the file or link.</param>
    /// <param name="folders">Takes the folders.</param>
    /// <param name="limit">No more than so many in it.</param>
    public static void Add(string file, ISet<string> folders, int limit)
    {
        var link = file;
        for (var hop = 0; hop < MaxHops && folders.Count < limit && new FileInfo(link).LinkTarget is { } target; hop++)
        {
            link = Path.GetFullPath(target, Path.GetDirectoryName(link)!);
            folders.Add(Path.GetDirectoryName(link)!);
        }
    }
}
