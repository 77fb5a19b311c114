using System.CommandLine;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Commands;

/// <summary>
/// <c>edge-gateway [flags]</c>, <c>healthcheck</c>, <c>version</c>. The command is decided from the first argument only; all flags go, as they
/// are, to the flag source, whose rules are Traefik's and no command-line library's.
/// </summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        // Traefik's image takes its own name as a command, and job files use that.
        if (arguments is ["traefik" or "edge-gateway", .. var rest])
        {
            arguments = rest;
        }

        var isCommand = arguments.Length > 0 && !arguments[0].StartsWith('-');
        var flags = isCommand ? arguments[1..] : arguments;

        var run = new RootCommand("EdgeGateway, the front door of a Nomad cluster on a Tailscale network") { TreatUnmatchedTokensAsErrors = true };
        var health = new Command("healthcheck", "Asks the ping entry point of a running gateway; exits with 0 when it is well, 1 when not");
        var version = new Command("version", "Shows the version");
        run.Options.Clear();
        run.Subcommands.Add(health);
        run.Subcommands.Add(version);
        run.SetAction((_, cancellation) => RunCommand.RunAsync(flags, cancellation));
        health.SetAction((_, cancellation) => HealthCheckCommand.RunAsync(flags, cancellation));
        version.SetAction(_ => VersionCommand.Run());

        if (flags.Any(static f => f is "--help" or "-h" or "-help" or "--h") && (!isCommand || arguments[0] is "healthcheck" or "version"))
        {
            HelpText.Write(Console.Out, run, isCommand ? arguments[0] : null);
            return 0;
        }

        // Only the word that names the command is parsed; the library never sees a flag, and there are no response files.
        var parsed = run.Parse(isCommand ? [arguments[0]] : [], new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"command not found: {arguments[0]}: use healthcheck or version, or flags of the form --name=value");
            return 1;
        }

        // Signals end the gateway gracefully and are its own business.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    /// <summary>Loads the static configuration; null after one line on standard error.</summary>
    public static LoadedConfiguration? Load(string[] flags)
    {
        try
        {
            var variables = Environment.GetEnvironmentVariables();
            var environment = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (System.Collections.DictionaryEntry variable in variables)
            {
                environment[(string)variable.Key] = (string?)variable.Value ?? "";
            }

            return StaticLoader.Read(flags, environment);
        }
        catch (ConfigurationException e)
        {
            Console.Error.WriteLine(e.Problem.ToString().ReplaceLineEndings(" "));
            return null;
        }
    }
}
