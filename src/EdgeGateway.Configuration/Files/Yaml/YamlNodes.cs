using EdgeGateway.Configuration.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EdgeGateway.Configuration.Files.Yaml;

/// <summary>
/// Reads the first document of a YAML text into the node tree, from parser events: no reflection, no object graph. Anchors, aliases and
/// merge keys (<c>&lt;&lt;</c>) work; an alias is counted with all that it stands for, so that a few lines cannot become millions of nodes.
/// </summary>
internal sealed class YamlNodes
{
    // Real files have under 10 levels; the bound keeps hostile ones off the stack's end.
    private const int MaxDepth = 128;

    // A configuration of 10,000 routers has about 60,000 nodes.
    private const long MaxNodes = 1_000_000;

    private readonly Dictionary<AnchorName, Anchored> _anchors = [];
    private readonly Parser _parser;
    private readonly string _fileName;
    private readonly bool _caseSensitive;
    private long _nodes;

    private YamlNodes(TextReader text, string fileName, bool caseSensitive)
    {
        _parser = new Parser(text);
        _fileName = fileName;
        _caseSensitive = caseSensitive;
    }

    /// <summary>Reads the text; null when it holds nothing.</summary>
    /// <param name="text">The document; JSON is YAML too.</param>
    /// <param name="fileName">The name that messages and locations show.</param>
    /// <param name="caseSensitive">Names that differ in case only are two names.</param>
    /// <param name="ignored">Told where a second document begins: it is not read.</param>
    /// <exception cref="ConfigurationException">Not YAML, too deep, too large, or a name twice.</exception>
    public static ConfigNode? Read(TextReader text, string fileName, bool caseSensitive = false, Action<SourceLocation>? ignored = null)
    {
        YamlNodes reader = new(text, fileName, caseSensitive);
        try
        {
            reader._parser.Consume<StreamStart>();
            if (reader._parser.Accept<StreamEnd>(out _))
            {
                return null;
            }

            reader._parser.Consume<DocumentStart>();
            var root = reader.ReadNode(0);
            reader._parser.Consume<DocumentEnd>();
            if (reader._parser.Accept<DocumentStart>(out var second))
            {
                ignored?.Invoke(reader.At(second.Start));
            }

            return root;
        }
        catch (YamlException e)
        {
            throw reader.Fail("EG-FILE-SYNTAX", e.Start, $"YAML: {Describe(e)}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The package's scanner gives up so on some broken texts (found by the property test).
            throw reader.Fail("EG-FILE-SYNTAX", reader._parser.Current?.End ?? Mark.Empty, "YAML: the text behind this place cannot be read");
        }
    }

    private ConfigNode? ReadNode(int depth)
    {
        var before = _nodes;
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value, out var anchored))
            {
                throw Fail("EG-FILE-SYNTAX", alias.Start, $"YAML: *{alias.Value} stands for nothing before it");
            }

            Count(anchored.Size, alias.Start);
            return anchored.Node;
        }

        if (depth > MaxDepth)
        {
            throw Fail("EG-FILE-SYNTAX", _parser.Current!.Start, $"YAML: nested more than {MaxDepth} deep");
        }

        Count(1, _parser.Current!.Start);
        AnchorName anchor;
        ConfigNode? node;
        if (_parser.TryConsume<MappingStart>(out var mapping))
        {
            anchor = mapping.Anchor;
            node = ReadMapping(mapping, depth);
        }
        else if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            anchor = sequence.Anchor;
            node = ReadSequence(sequence, depth);
        }
        else
        {
            var scalar = _parser.Consume<Scalar>();
            anchor = scalar.Anchor;
            node = YamlScalars.Resolve(scalar, At(scalar.Start));
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = new(node, _nodes - before);
        }

        return node;
    }

    private ConfigSequence ReadSequence(SequenceStart start, int depth)
    {
        List<ConfigNode> items = [];
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            var at = _parser.Current!.Start;
            items.Add(ReadNode(depth + 1) ?? new ConfigScalar("", At(at), ScalarKind.Other));
        }

        return new(items, At(start.Start));
    }

    private ConfigObject ReadMapping(MappingStart start, int depth)
    {
        ConfigObject node = new(At(start.Start), _caseSensitive);
        HashSet<string> names = new(_caseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        List<ConfigObject> merged = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw Fail("EG-FILE-SYNTAX", _parser.Current!.Start, "YAML: a name must be a plain text");
            }

            var at = _parser.Current!.Start;
            var value = ReadNode(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                AddMerged(merged, value, at);
                continue;
            }

            if (!names.Add(key.Value))
            {
                throw Fail("EG-FILE-DUPLICATE", key.Start, $"{key.Value} is defined twice");
            }

            // A name without a value is as good as not written.
            if (value is not null)
            {
                node.Set(key.Value, value);
            }
        }

        foreach (var (name, value) in merged.SelectMany(static source => source.Entries))
        {
            Count(1, start.Start);
            if (names.Add(name))
            {
                node.Set(name, value);
            }
        }

        return node;
    }

    private void AddMerged(List<ConfigObject> merged, ConfigNode? value, Mark at)
    {
        switch (value)
        {
            case ConfigObject source:
                merged.Add(source);
                break;
            case ConfigSequence sources when sources.Items.All(static item => item is ConfigObject):
                merged.AddRange(sources.Items.Cast<ConfigObject>());
                break;
            default:
                throw Fail("EG-FILE-SYNTAX", at, "YAML: << needs a mapping or a list of mappings");
        }
    }

    private void Count(long size, Mark at)
    {
        _nodes += size;
        if (_nodes > MaxNodes)
        {
            throw Fail("EG-FILE-SYNTAX", at, $"YAML: more than {MaxNodes} values, counted with what aliases stand for");
        }
    }

    private SourceLocation At(Mark mark) => new($"{_fileName}:{mark.Line}:{mark.Column}");

    private ConfigurationException Fail(string code, Mark at, string message) =>
        new(new ConfigurationProblem(code, ProblemSeverity.Error, At(at), message));

    // The package's messages may span lines and repeat the position.
    private static string Describe(YamlException e) => e.Message.ReplaceLineEndings(" ");

    private readonly record struct Anchored(ConfigNode? Node, long Size);
}
