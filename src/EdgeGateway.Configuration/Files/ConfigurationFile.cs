using System.Text;
using System.Text.RegularExpressions;
using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Files.Yaml;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files;

/// <summary>The static configuration file: where it is looked for, and its text as nodes (static-config §1.4).</summary>
internal static partial class ConfigurationFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The first existing path of those that Traefik looks at, or null.</summary>
    /// <param name="environment">All variables.</param>
    /// <param name="exists">Tells whether a file is there.</param>
    public static string? Find(IReadOnlyDictionary<string, string> environment, Func<string, bool> exists)
    {
        string[] bases =
        [
            "/etc/traefik/traefik",
            // Unset, it makes the base /traefik, as in Traefik.
            environment.GetValueOrDefault("XDG_CONFIG_HOME", "") + "/traefik",
            environment.GetValueOrDefault("HOME", "") + "/.config/traefik",
            "./traefik",
        ];
        return bases.SelectMany(static path => new[] { path + ".toml", path + ".yaml", path + ".yml" }).FirstOrDefault(exists);
    }

    /// <summary>Replaces <c>$NAME</c> and <c>${NAME}</c>; an unset variable is empty.</summary>
    public static string Expand(string path, IReadOnlyDictionary<string, string> environment) =>
        Expand(path, name => environment.GetValueOrDefault(name));

    /// <inheritdoc cref="Expand(string, IReadOnlyDictionary{string, string})" />
    public static string Expand(string text, Func<string, string?> variable) =>
        Variable().Replace(text, match => variable(match.Groups["name"].Value) ?? "");

    /// <summary>Reads the file by its extension: <c>.toml</c>, or <c>.yml</c>, <c>.yaml</c>, <c>.json</c>.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, has another extension, holds nothing, or a syntax error.</exception>
    public static ConfigObject Read(string path, Func<string, byte[]> readAllBytes)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (extension is not (".toml" or ".yml" or ".yaml" or ".json"))
        {
            throw Fault(path, $"unsupported file extension '{extension}': use .toml, .yml, .yaml or .json");
        }

        string text;
        try
        {
            text = StrictUtf8.GetString(readAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, $"the configuration file cannot be read: {e.Message}");
        }
        catch (DecoderFallbackException)
        {
            throw Fault(path, "the configuration file is not UTF-8");
        }

        ConfigNode? root = extension == ".toml" ? TomlNodes.Read(text, path) : YamlNodes.Read(new StringReader(text), path);
        return root switch
        {
            ConfigObject { Entries.Count: > 0 } found => found,
            null or ConfigObject => throw Fault(path, "no configuration found in file"),
            _ => throw Fault(path, "the configuration file holds no named options"),
        };
    }

    private static ConfigurationException Fault(string path, string message) =>
        new(new("EG-CONFIG-FILE", ProblemSeverity.Error, new($"configFile {path}"), message));

    [GeneratedRegex(@"\$(\{(?<name>[^}]*)\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
