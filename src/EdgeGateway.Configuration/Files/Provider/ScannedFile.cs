namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>A file as found by one scan.</summary>
/// <param name="Name">Path below the folder, with <c>/</c>; orders the files and names them in messages about several.</param>
/// <param name="Path">Path as the user's setting makes it; names the file in messages about its content.</param>
/// <param name="Stamp">Length and time of change: equal ones are not read again by the slow look.</param>
/// <param name="Content">What it held.</param>
internal sealed record ScannedFile(string Name, string Path, (long Length, DateTime Changed) Stamp, FileContent Content);
