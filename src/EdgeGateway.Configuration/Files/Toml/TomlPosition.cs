namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>A place in a TOML text; both count from 1, the column in UTF-16 units.</summary>
internal readonly record struct TomlPosition(int Line, int Column);
