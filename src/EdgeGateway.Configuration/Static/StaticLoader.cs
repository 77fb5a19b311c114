using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>
/// Loads the static configuration (static-config §1): from a file, else flags, else the environment, never merged; then derives and
/// checks (§1.7). Every fault is one problem that names its place.
/// </summary>
public static class StaticLoader
{
    private const string AdminEntryPoint = "traefik";

    /// <summary>Loads it.</summary>
    /// <param name="arguments">The raw arguments after the command.</param>
    /// <param name="environment">All variables.</param>
    /// <exception cref="ConfigurationException">The first fault.</exception>
    public static StaticConfiguration Load(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var flags = FlagSource.Read(
            arguments,
            static name => Find(name) is { Kind: ConfigKind.Boolean or ConfigKind.Object } || IsSection(name),
            static name => Find(name) is { Kind: ConfigKind.List });
        var file = flags.FirstOrDefault(static f => f.Key.Equals("configFile", StringComparison.OrdinalIgnoreCase));
        if (file.Key is not null)
        {
            flags = [.. flags.Where(f => f.Key != file.Key)];
        }

        var path = file.Key is not null ? Environment.ExpandEnvironmentVariables(file.Value) : FindFile(environment);
        var variables = EnvironmentSource.Read(environment);
        var loaded = path is not null ? FromFile(path)
            : flags.Count > 0 ? Decode(LabelTree.Build(flags, new("flags")), ConfigSource.Flags)
            : variables.Count > 0 ? Decode(LabelTree.Build(variables, new("environment")), ConfigSource.Environment)
            : new StaticConfiguration();
        return Check(Derive(loaded));
    }

    /// <summary>Every option with its type, default and description.</summary>
    public static IEnumerable<OptionDescription> Options() => StaticConfiguration.Type.Describe("");

    private static OptionDescription? Find(string name)
    {
        var parts = name.Split('.');
        return Options().FirstOrDefault(option => Fits(option.Path.Split('.'), parts));
    }

    private static bool IsSection(string name)
    {
        var parts = name.Split('.');
        return Options().Any(option => option.Path.Split('.') is var path && path.Length > parts.Length && Fits(path[..parts.Length], parts));
    }

    private static bool Fits(string[] path, string[] parts)
    {
        if (path.Length != parts.Length)
        {
            return false;
        }

        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != "<name>" && !path[i].Equals(parts[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static string? FindFile(IReadOnlyDictionary<string, string> environment)
    {
        string[] bases =
        [
            "/etc/traefik/traefik",
            $"{environment.GetValueOrDefault("XDG_CONFIG_HOME", "")}/traefik",
            $"{environment.GetValueOrDefault("HOME", "")}/.config/traefik",
            "./traefik",
        ];
        return bases.SelectMany(static b => new[] { b + ".toml", b + ".yaml", b + ".yml" }).FirstOrDefault(File.Exists);
    }

    private static StaticConfiguration FromFile(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("EG-CONFIG-FILE", new(path), $"the configuration file cannot be read: {e.Message}");
        }

        if (!Path.GetExtension(path).Equals(".toml", StringComparison.OrdinalIgnoreCase))
        {
            throw Fault("EG-CONFIG-FILE", new(path), $"unsupported file extension: {Path.GetExtension(path)} (YAML is not supported yet)");
        }

        return Decode(TomlNodes.Read(text, path), ConfigSource.File);
    }

    private static StaticConfiguration Decode(ConfigObject root, ConfigSource source)
    {
        var context = new DecodeContext(source);
        var decoded = StaticConfiguration.Type.Decode(root, context) ?? new StaticConfiguration();
        foreach (var problem in context.Problems)
        {
            if (problem.Severity != ProblemSeverity.Error)
            {
                continue;
            }

            var option = problem.Location.Text.StartsWith("flag --", StringComparison.Ordinal)
                ? problem.Location.Text["flag --".Length..].Split('=')[0]
                : "";
            throw new ConfigurationException(
                option.Length > 0 && problem.Message.StartsWith("unknown option", StringComparison.Ordinal) && TraefikOptions.Knows(option)
                    ? problem with { Code = "EG-CONFIG-UNSUPPORTED", Message = $"the option {option} is not supported yet" }
                    : problem);
        }

        return decoded;
    }

    private static StaticConfiguration Derive(StaticConfiguration loaded)
    {
        var entryPoints = loaded.EntryPoints.ToDictionary(StringComparer.Ordinal);
        if (entryPoints.Count == 0)
        {
            entryPoints["http"] = new() { Address = ":80" };
        }

        if (!entryPoints.ContainsKey(AdminEntryPoint)
            && (loaded.Api?.Insecure == true || loaded.Ping is { ManualRouting: false, EntryPoint: AdminEntryPoint }))
        {
            entryPoints[AdminEntryPoint] = new() { Address = ":8080" };
        }

        return loaded with { EntryPoints = entryPoints.ToConfigMap() };
    }

    private static StaticConfiguration Check(StaticConfiguration loaded)
    {
        foreach (var (name, entryPoint) in loaded.EntryPoints)
        {
            if (entryPoint.Address?.EndsWith("/udp", StringComparison.Ordinal) == true)
            {
                throw Fault("EG-CONFIG-UNSUPPORTED", new($"entryPoints.{name}.address={entryPoint.Address}"), "UDP entry points are not supported yet");
            }
        }

        if (loaded.Providers.Nomad is { } nomad)
        {
            if (nomad.Namespaces.Count > 1 || nomad.Namespaces.Contains("*"))
            {
                throw Fault(
                    "EG-CONFIG-UNSUPPORTED", new($"providers.nomad.namespaces={string.Join(',', nomad.Namespaces)}"),
                    "more than one namespace is not supported yet");
            }

            if (nomad.AllowEmptyServices)
            {
                throw Fault("EG-CONFIG-UNSUPPORTED", new("providers.nomad.allowEmptyServices=true"), "the option providers.nomad.allowEmptyServices is not supported yet");
            }
        }

        if (loaded.AccessLog is { Format: not (null or "" or "common") } accessLog)
        {
            throw Fault("EG-CONFIG-UNSUPPORTED", new($"accessLog.format={accessLog.Format}"), $"the access log format {accessLog.Format} is not supported yet");
        }

        var basePath = loaded.Api?.BasePath ?? "/";
        if (!basePath.StartsWith('/') || !basePath.All(static c => char.IsAsciiLetterOrDigit(c) || "_/.:~-".Contains(c, StringComparison.Ordinal)))
        {
            throw Fault("EG-CONFIG-VALUE", new($"api.basePath={basePath}"), "api.basePath must be an absolute URL path");
        }

        return loaded;
    }

    private static ConfigurationException Fault(string code, SourceLocation location, string message) =>
        new(new(code, ProblemSeverity.Error, location, message));
}
