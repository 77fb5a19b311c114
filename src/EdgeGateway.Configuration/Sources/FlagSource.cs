namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// Command-line flags as Traefik takes them (static-config §1.2): <c>--x=v</c>, <c>--x v</c>, <c>-x</c>, dotted, in any case. Unlike there a
/// stray argument is an error: silently losing all flags behind it helps nobody.
/// </summary>
public static class FlagSource
{
    /// <summary>Reads the arguments; lists given twice are joined.</summary>
    /// <param name="arguments">The raw arguments.</param>
    /// <param name="takesNoValue">True for an option that stands alone: a boolean or a section.</param>
    /// <param name="isList">True for a list of texts.</param>
    /// <exception cref="ConfigurationException">An argument that is no flag, or a flag without its value.</exception>
    public static IReadOnlyList<LabelEntry> Read(IReadOnlyList<string> arguments, Func<string, bool> takesNoValue, Func<string, bool> isList)
    {
        var entries = new List<LabelEntry>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-' || argument == "--")
            {
                throw Fault(argument, $"stray argument \"{argument}\": every argument is a flag of the form --name=value");
            }

            var text = argument.AsSpan(argument[1] == '-' ? 2 : 1);
            if (text.IsEmpty || text[0] is '-' or '=')
            {
                throw Fault(argument, $"bad flag syntax: {argument}");
            }

            var equals = text.IndexOf('=');
            var name = (equals < 0 ? text : text[..equals]).ToString();
            string value;
            if (equals >= 0)
            {
                value = text[(equals + 1)..].ToString();
            }
            else if (takesNoValue(name))
            {
                value = "true";
            }
            else if (i + 1 < arguments.Count)
            {
                value = arguments[++i];
            }
            else
            {
                throw Fault(argument, $"flag needs an argument: -{name}");
            }

            Add(entries, new(name, value, new($"flag --{name}={value}")), isList(name));
        }

        // Names meet in byte order: the spelling that sorts first names a map entry.
        return [.. entries.OrderBy(static e => e.Key, StringComparer.Ordinal)];
    }

    private static void Add(List<LabelEntry> entries, LabelEntry entry, bool isList)
    {
        var at = entries.FindIndex(e => string.Equals(e.Key, entry.Key, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
        {
            entries.Add(entry);
        }
        else if (isList)
        {
            entries[at] = entries[at] with { Value = $"{entries[at].Value},{entry.Value}" };
        }
        else
        {
            entries[at] = entry;
        }
    }

    private static ConfigurationException Fault(string argument, string message) =>
        new(new("EG-CONFIG-FLAG", ProblemSeverity.Error, new($"flag {argument}"), message));
}
