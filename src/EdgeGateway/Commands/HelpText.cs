using System.CommandLine;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Commands;

/// <summary><c>--help</c>: the commands, and every option with type, default and meaning, made from the records.</summary>
internal static class HelpText
{
    public static void Write(TextWriter output, RootCommand root, string? command)
    {
        if (command is not null)
        {
            output.WriteLine($"edge-gateway {command} [flags]");
            output.WriteLine();
            output.WriteLine("  " + root.Subcommands.First(c => c.Name == command).Description);
            return;
        }

        output.WriteLine(root.Description);
        output.WriteLine();
        output.WriteLine("Usage: edge-gateway [command] [flags]");
        output.WriteLine();
        output.WriteLine("Commands:");
        foreach (var subcommand in root.Subcommands)
        {
            output.WriteLine($"  {subcommand.Name,-12} {subcommand.Description}");
        }

        output.WriteLine();
        output.WriteLine("Flags (--name=value, --name value, in any case):");
        output.WriteLine("  --configFile  (text)  Configuration file to use; all flags and variables are then ignored");
        foreach (var option in StaticLoader.Options().Where(CanBeGiven).OrderBy(static o => o.Path, StringComparer.OrdinalIgnoreCase))
        {
            var initial = string.IsNullOrEmpty(option.Default) ? "" : $", default {option.Default}";
            output.WriteLine($"  --{option.Path}  ({option.Kind.ToString().ToLowerInvariant()}{initial})  {option.Description}".TrimEnd());
        }
    }

    // A section that cannot stand alone is no flag.
    private static bool CanBeGiven(OptionDescription option) =>
        option.Kind is not (ConfigKind.Object or ConfigKind.Map) || (option.Options & FieldOptions.AllowEmpty) != 0;
}
