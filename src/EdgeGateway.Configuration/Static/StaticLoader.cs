using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>
/// Loads the static configuration (static-config §1): from a file, else flags, else the environment, never merged; then derives and
/// checks (§1.7). Every fault is one problem that names its place.
/// </summary>
public static class StaticLoader
{
    private const string ConfigFileFlag = "configFile";

    // Names of api@internal, dashboard@internal and ping@internal's entry point: Traefik's default for each of them.
    private const string AdminEntryPoint = "traefik";

    /// <summary>Loads it; warnings are lost.</summary>
    /// <inheritdoc cref="Read(IReadOnlyList{string}, IReadOnlyDictionary{string, string})" />
    public static StaticConfiguration Load(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        Read(arguments, environment).Configuration;

    /// <summary>Loads it.</summary>
    /// <param name="arguments">The raw arguments after the command.</param>
    /// <param name="environment">All variables.</param>
    /// <exception cref="ConfigurationException">The first fault.</exception>
    public static LoadedConfiguration Read(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        Read(arguments, environment, File.Exists, File.ReadAllBytes);

    /// <summary>Every option with its type, default and description.</summary>
    public static IEnumerable<OptionDescription> Options() => StaticConfiguration.Type.Describe("");

    internal static LoadedConfiguration Read(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment,
        Func<string, bool> exists, Func<string, byte[]> readAllBytes)
    {
        // Flags must be readable as such even where a file wins.
        var flags = FlagSource.Read(arguments, new(StaticConfiguration.Type, ConfigSource.Flags));
        var named = flags.FirstOrDefault(IsConfigFile).Value;
        flags = [.. flags.Where(static flag => !IsConfigFile(flag))];
        var path = string.IsNullOrEmpty(named) ? ConfigurationFile.Find(environment, exists) : ConfigurationFile.Expand(named, environment);
        var variables = EnvironmentSource.Read(
            environment, new(StaticConfiguration.Type, ConfigSource.Environment), EdgeConfig.Type.Names(ConfigSource.Environment));

        List<ConfigurationProblem> warnings = [];
        if (path is not null)
        {
            WarnOfIgnored(warnings, flags, "flags are", path);
            WarnOfIgnored(warnings, variables, "variables are", path);
            return Finish(DropUnknownRoots(ConfigurationFile.Read(path, readAllBytes), path, warnings), ConfigSource.File, path, warnings);
        }

        if (flags.Count > 0)
        {
            WarnOfIgnored(warnings, variables, "variables are", "the flags");
            return Finish(LabelTree.Build(flags, new("flags")), ConfigSource.Flags, "flags", warnings);
        }

        return variables.Count > 0
            ? Finish(LabelTree.Build(variables, new("environment")), ConfigSource.Environment, "environment", warnings)
            : Finish(new ConfigObject(SourceLocation.Default), ConfigSource.File, "defaults", warnings);
    }

    private static bool IsConfigFile(LabelEntry flag) => string.Equals(flag.Key, ConfigFileFlag, StringComparison.OrdinalIgnoreCase);

    private static LoadedConfiguration Finish(ConfigObject root, ConfigSource source, string origin, List<ConfigurationProblem> warnings)
    {
        UnsupportedOptions.Refuse(root, source);
        var context = new DecodeContext(source);
        var decoded = StaticConfiguration.Type.Decode(root, new StaticConfiguration(), context) ?? new StaticConfiguration();
        if (context.Problems.FirstOrDefault(static problem => problem.Severity == ProblemSeverity.Error) is { } first)
        {
            throw new ConfigurationException(first);
        }

        warnings.AddRange(context.Problems);
        var derived = Derive(decoded);
        new StaticChecks(root, warnings).Check(derived);
        return new(derived, warnings.ToConfigList(), origin);
    }

    // Traefik ignores unknown names at the root of a file, and people keep YAML anchors there; a wrong name is worth a warning.
    private static ConfigObject DropUnknownRoots(ConfigObject root, string path, List<ConfigurationProblem> warnings)
    {
        ConfigObject known = new(root.Location);
        foreach (var (name, node) in root.Entries)
        {
            if (StaticConfiguration.Type.FindChild(name, ConfigSource.File) is not null || TraefikOptions.Knows(name) || TraefikOptions.IsRemoved(name))
            {
                known.Set(name, node);
                continue;
            }

            var similar = DidYouMean.Find(name, StaticConfiguration.Type.Names(ConfigSource.File));
            warnings.Add(new(
                "EG-CONFIG-IGNORED", ProblemSeverity.Warning, node.Location,
                $"unknown section {name} is ignored" + (similar is null ? "" : $"; did you mean '{similar}'?")));
        }

        return known.Entries.Count > 0
            ? known
            : throw new ConfigurationException(new(
                "EG-CONFIG-FILE", ProblemSeverity.Error, new($"{ConfigFileFlag} {path}"), "no valid configuration found in file"));
    }

    private static void WarnOfIgnored(List<ConfigurationProblem> warnings, IReadOnlyList<LabelEntry> entries, string what, string winner)
    {
        if (entries.Count > 0)
        {
            warnings.Add(new(
                "EG-CONFIG-IGNORED", ProblemSeverity.Warning, entries[0].Location,
                string.Create(CultureInfo.InvariantCulture, $"{entries.Count} {what} ignored: {winner} alone count; sources are never merged")));
        }
    }

    private static StaticConfiguration Derive(StaticConfiguration loaded)
    {
        var entryPoints = loaded.EntryPoints.ToDictionary(StringComparer.Ordinal);
        if (entryPoints.Count == 0)
        {
            entryPoints["http"] = new() { Address = ":80" };
        }

        if (!entryPoints.ContainsKey(AdminEntryPoint)
            && (loaded.Api?.Insecure == true || loaded.Ping is { ManualRouting: false, EntryPoint: AdminEntryPoint }
                || loaded.Metrics.Prometheus is { ManualRouting: false, EntryPoint: AdminEntryPoint }))
        {
            entryPoints[AdminEntryPoint] = new() { Address = ":8080" };
        }

        return loaded with
        {
            EntryPoints = entryPoints.ToConfigMap(),
            Providers = loaded.Providers with
            {
                Precedence = loaded.Providers.Precedence.Select(static name => name.ToLowerInvariant()).ToConfigList(),
            },
        };
    }
}
