using System.Text;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>
/// Finds and reads the files of the provider. As in Traefik: extensions <c>.toml</c>, <c>.yaml</c>, <c>.yml</c> in any case, folders below
/// too, links to files are followed and links to folders are not. Unlike there, folders that begin with <c>..</c> are passed over (Kubernetes
/// and others keep the versions of a mounted folder in them, behind links), and so are the lock links of editors (<c>.#name</c>).
/// </summary>
internal sealed class FileScanner(string? directory, string? filename)
{
    // Bounds against a folder that is not what the user meant (a home folder, a mounted disk).
    private const int MaxFiles = 10_000;
    private const int MaxDepth = 32;
    private const int MaxFolders = 16;

    // A configuration of 10,000 routers has about 3 MB.
    private const long MaxLength = 32 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Looks at all files.</summary>
    /// <param name="before">The scan before: what did not change keeps its objects.</param>
    /// <param name="trustStamps">True: a file of the same length and time is not read again.</param>
    public FileScan Scan(FileScan before, bool trustStamps)
    {
        var known = before.Files.ToDictionary(static file => file.Name, StringComparer.Ordinal);
        var scan = new Pass(known, trustStamps);
        try
        {
            if (directory is not null)
            {
                scan.Visit(new DirectoryInfo(directory), "", 0);
            }
            else if (IsSupported(filename!))
            {
                scan.Read(new FileInfo(filename!), Path.GetFileName(filename!), filename!);
            }
            else
            {
                return Failed($"unsupported file extension '{Path.GetExtension(filename)}': use .toml, .yaml or .yml");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Failed(e is DirectoryNotFoundException or FileNotFoundException ? "it does not exist" : e.Message);
        }

        scan.Files.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return new(scan.Files, scan.Folders, null, scan.Warnings);
    }

    private static bool IsSupported(string name) => Path.GetExtension(name).ToLowerInvariant() is ".toml" or ".yaml" or ".yml";

    private FileScan Failed(string message) => FileScan.Nothing with
    {
        Problem = new(
            "EG-FILE-READ", ProblemSeverity.Error, new(directory is null ? "providers.file.filename" : "providers.file.directory"),
            $"{directory ?? filename} cannot be read, what was read before stays in force: {message}"),
    };

    private sealed class Pass(Dictionary<string, ScannedFile> known, bool trustStamps)
    {
        public List<ScannedFile> Files { get; } = [];

        public HashSet<string> Folders { get; } = new(StringComparer.Ordinal);

        public List<ConfigurationProblem> Warnings { get; } = [];

        public void Visit(DirectoryInfo folder, string prefix, int depth)
        {
            foreach (var entry in folder.EnumerateFileSystemInfos("*", All).OrderBy(static e => e.Name, StringComparer.Ordinal))
            {
                var name = prefix.Length == 0 ? entry.Name : $"{prefix}/{entry.Name}";
                if (entry is DirectoryInfo below && entry.LinkTarget is null)
                {
                    if (depth == MaxDepth)
                    {
                        PassOver(below.FullName, $"folders more than {MaxDepth} deep");
                    }
                    else if (!entry.Name.StartsWith("..", StringComparison.Ordinal))
                    {
                        VisitBelow(below, name, depth + 1);
                    }
                }
                else if (entry is FileInfo file && IsSupported(entry.Name) && !entry.Name.StartsWith(".#", StringComparison.Ordinal))
                {
                    if (Files.Count == MaxFiles)
                    {
                        PassOver(folder.FullName, $"files beyond the first {MaxFiles}");
                        return;
                    }

                    Read(file, name, Path.Join(folder.ToString(), entry.Name));
                }
            }
        }

        // A folder that goes while it is looked at, or may not be read, costs its own files only.
        private void VisitBelow(DirectoryInfo folder, string prefix, int depth)
        {
            try
            {
                Visit(folder, prefix, depth);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                PassOver(folder.FullName, e.Message);
            }
        }

        public void Read(FileInfo file, string name, string path)
        {
            var before = known.GetValueOrDefault(name);
            (long Length, DateTime Changed) stamp = default;
            FileContent content;
            try
            {
                LinkFolders.Add(file.FullName, Folders, MaxFolders);
                var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
                stamp = (target.Length, target.LastWriteTimeUtc);
                if (trustStamps && before is { Content.Problem: null } && before.Stamp == stamp)
                {
                    Files.Add(before);
                    return;
                }

                content = stamp.Length > MaxLength
                    ? new(null, Fault(path, $"the file is larger than {MaxLength >> 20} MiB"))
                    : new(StrictUtf8.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF'), null);
            }
            catch (DecoderFallbackException)
            {
                content = new(null, Fault(path, "the file is not UTF-8"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                content = new(null, Fault(path, e is FileNotFoundException or DirectoryNotFoundException ? "the file, or what it links to, does not exist" : e.Message));
            }

            // Same content, same object: that is what "unchanged" means from here on.
            Files.Add(new(name, path, stamp, before?.Content.Equals(content) == true ? before.Content : content));
        }

        private void PassOver(string path, string why) =>
            Warnings.Add(new("EG-FILE-SKIPPED", ProblemSeverity.Warning, new(path), $"passed over: {why}"));

        private static ConfigurationProblem Fault(string path, string message) => new("EG-FILE-READ", ProblemSeverity.Error, new(path), message);
    }
}
