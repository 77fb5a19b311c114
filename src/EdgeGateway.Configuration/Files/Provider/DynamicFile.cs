using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Files.Yaml;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Templates;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>
/// From the text of a file to elements: Go template, then TOML or YAML by the extension, then the decoder that all sources share. A fault
/// inside an element costs that element; one in the template or the syntax costs the file. Positions are those of the file, not of the
/// rendered text.
/// </summary>
internal sealed class DynamicFile(IReadOnlyDictionary<string, TemplateFunction> functions)
{
    // Bounds against loops gone wrong; 10,000 routers are about 3 MB and 200,000 steps.
    private static readonly TemplateLimits Limits = new(MaxOutput: 32 << 20, MaxSteps: 10_000_000);

    private readonly IReadOnlyDictionary<string, TemplateFunction> _functions = WithFileFunctions(functions);

    /// <summary>Reads the text.</summary>
    /// <param name="path">Path for messages; its extension tells the language.</param>
    /// <param name="text">The content without a byte order mark.</param>
    public DecodedFile Decode(string path, string text)
    {
        RenderedTemplate rendered;
        try
        {
            // Traefik renders with the value false as dot, and so do we.
            rendered = text.Contains("{{", StringComparison.Ordinal)
                ? GoTemplate.Parse(path, text, _functions).RenderValue(false, Limits)
                : RenderedTemplate.Unchanged(text);
        }
        catch (TemplateException e)
        {
            return Unusable(new("EG-FILE-TEMPLATE", ProblemSeverity.Error, new($"{path}:{e.Line}:{e.Column}"), $"template: {e.Reason}"), text);
        }

        try
        {
            var problems = new List<ConfigurationProblem>();
            return Bind(path, Parse(path, rendered.Text, problems), rendered, problems);
        }
        catch (ConfigurationException e)
        {
            return Unusable(Relocate(path, rendered, e.Problem), rendered.Text);
        }
    }

    private static DecodedFile Unusable(ConfigurationProblem problem, string rendered) => new(null, [], [problem], rendered, static (_, _, _) => null);

    private static ConfigNode? Parse(string path, string text, List<ConfigurationProblem> problems) =>
        path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)
            ? TomlNodes.Read(text, path, caseSensitive: true)
            : YamlNodes.Read(new StringReader(text), path, caseSensitive: true, location => problems.Add(new(
                "EG-CONFIG-IGNORED", ProblemSeverity.Warning, location, "only the first document of a file is read; this one is ignored")));

    private static DecodedFile Bind(string path, ConfigNode? root, RenderedTemplate rendered, List<ConfigurationProblem> problems)
    {
        if (root is null)
        {
            return new(DynamicConfiguration.Empty, [], problems, rendered.Text, static (_, _, _) => null);
        }

        if (root is not ConfigObject parent)
        {
            throw new ConfigurationException(new("EG-FILE-SYNTAX", ProblemSeverity.Error, root.Location, "the file holds no named sections"));
        }

        var known = new ConfigObject(parent.Location, caseSensitive: true);
        foreach (var (name, node) in parent.Entries)
        {
            if (DynamicConfiguration.Type.FindChild(name, ConfigSource.File) is not null)
            {
                known.Set(name, node);
                continue;
            }

            // Ignored as in Traefik, where people keep YAML anchors there.
            var similar = DidYouMean.Find(name, DynamicConfiguration.Type.Names(ConfigSource.File));
            problems.Add(new(
                "EG-CONFIG-IGNORED", ProblemSeverity.Warning, node.Location,
                $"unknown section {name} is ignored" + (similar is null ? "" : $"; did you mean '{similar}'?")));
        }

        var context = new DecodeContext(ConfigSource.File);
        var configuration = DynamicConfiguration.Type.Decode(known, DynamicConfiguration.Empty, context) ?? DynamicConfiguration.Empty;
        return new(configuration, context.Dropped, [.. problems.Concat(context.Problems).Select(problem => Relocate(path, rendered, problem))], rendered.Text,
            (kind, name, option) => Find(known, kind, name, option) is { } node ? Relocate(path, rendered, node.Location) : null);
    }

    // Where the option stands, or else the element.
    private static ConfigNode? Find(ConfigObject root, string kind, string name, string option)
    {
        ConfigNode? node = root;
        foreach (var part in kind.Split('.'))
        {
            node = Child(node, part);
        }

        node = (node as ConfigObject)?.Find(name);
        return option.Length == 0 ? node : Child(node, option) ?? node;
    }

    private static ConfigNode? Child(ConfigNode? node, string option) =>
        (node as ConfigObject)?.Entries.FirstOrDefault(entry => string.Equals(entry.Key, option, StringComparison.OrdinalIgnoreCase)).Value;

    private static ConfigurationProblem Relocate(string path, RenderedTemplate rendered, ConfigurationProblem problem) =>
        problem with { Location = Relocate(path, rendered, problem.Location) };

    // A position in the rendered text becomes the one in the file from which it came.
    private static SourceLocation Relocate(string path, RenderedTemplate rendered, SourceLocation location)
    {
        var text = location.Text;
        if (rendered.IsUnchanged || !text.StartsWith(path + ":", StringComparison.Ordinal))
        {
            return location;
        }

        var parts = text[(path.Length + 1)..].Split(':');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var column))
        {
            return location;
        }

        var (sourceLine, sourceColumn) = rendered.Locate(line, column);
        return new(string.Create(CultureInfo.InvariantCulture, $"{path}:{sourceLine}:{sourceColumn}"));
    }

    private static Dictionary<string, TemplateFunction> WithFileFunctions(IReadOnlyDictionary<string, TemplateFunction> functions)
    {
        var all = functions.ToDictionary(StringComparer.Ordinal);

        // In files Traefik replaces sprig's split by Go's strings.Split: text first, and a list comes out.
        all["split"] = new(2, 2, static a => a[0] is string text && a[1] is string separator
            ? TemplateFunctions.SplitText(text, separator)
            : throw new TemplateException("split needs two texts"));
        return all;
    }
}
