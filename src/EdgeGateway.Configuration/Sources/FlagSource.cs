namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// Command-line flags as Traefik takes them (static-config §1.2): <c>--x=v</c>, <c>--x v</c>, <c>-x</c>, dotted, in any case. Unlike there a
/// stray argument is an error: silently losing all flags behind it helps nobody.
/// </summary>
public static class FlagSource
{
    /// <summary>Reads the arguments; lists given twice are joined, of other options the last one counts.</summary>
    /// <param name="arguments">The raw arguments.</param>
    /// <param name="lookup">Tells which options stand alone and which are lists.</param>
    /// <returns>Entries in byte order of the names: the spelling that sorts first names a map entry.</returns>
    /// <exception cref="ConfigurationException">An argument that is no flag, or a flag without its value.</exception>
    public static IReadOnlyList<LabelEntry> Read(IReadOnlyList<string> arguments, OptionLookup lookup)
    {
        var entries = new Dictionary<string, LabelEntry>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-' || argument == "--")
            {
                throw Fault(argument, $"stray argument '{argument}': every argument is a flag of the form --name=value");
            }

            var text = argument.AsSpan(argument[1] == '-' ? 2 : 1);
            if (text[0] is '-' or '=')
            {
                throw Fault(argument, $"bad flag syntax: {argument}");
            }

            var equals = text.IndexOf('=');
            var name = (equals < 0 ? text : text[..equals]).ToString();
            var kind = lookup.KindOf(name);
            string value;
            if (equals >= 0)
            {
                value = text[(equals + 1)..].ToString();
            }
            else if (kind is ConfigKind.Boolean or ConfigKind.Object)
            {
                value = "true";
            }
            else if (i + 1 < arguments.Count)
            {
                // Whatever it is, also another flag: as in Traefik.
                value = arguments[++i];
            }
            else
            {
                // An unknown option is reported as such; that it has no value as well is of no interest.
                value = kind is null ? "" : throw Fault(argument, $"flag needs an argument: -{name}");
            }

            if (kind == ConfigKind.List && entries.TryGetValue(name, out var earlier) && earlier.Value.Length > 0)
            {
                value = $"{earlier.Value},{value}";
            }

            entries[name] = new(name, value, OptionLocation.Flag(name, value));
        }

        return [.. entries.Values.OrderBy(static entry => entry.Key, StringComparer.Ordinal)];
    }

    private static ConfigurationException Fault(string argument, string message) =>
        new(new("EG-CONFIG-FLAG", ProblemSeverity.Error, new($"flag {argument}"), message));
}
