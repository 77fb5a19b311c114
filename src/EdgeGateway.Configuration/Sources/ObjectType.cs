using System.Text.Json;

namespace EdgeGateway.Configuration.Sources;

/// <summary>An object with known fields, one line per field.</summary>
/// <typeparam name="T">An immutable record.</typeparam>
/// <param name="create">Gives the record with its documented defaults.</param>
public sealed class ObjectType<T>(Func<T> create) : ConfigType<T>
    where T : class
{
    private readonly List<ObjectField<T>> _fields = [];
    private readonly Dictionary<string, ObjectField<T>> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ObjectField<T>> _byTagName = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override ConfigKind Kind => ConfigKind.Object;

    /// <summary>Adds a field.</summary>
    /// <param name="name">Name in files and JSON; case does not matter when reading.</param>
    /// <param name="type">Type of the value.</param>
    /// <param name="get">Reads it from the record.</param>
    /// <param name="set">Gives a record with the value.</param>
    /// <param name="options">Where and how it can be set.</param>
    /// <param name="description">One line for the option list.</param>
    /// <param name="tagName">Name in tags if it differs.</param>
    public ObjectType<T> Field<TField>(
        string name, ConfigType<TField> type, Func<T, TField?> get, Func<T, TField, T> set,
        FieldOptions options = FieldOptions.None, string description = "", string? tagName = null)
    {
        var field = new ObjectField<T, TField>(name, type, get, set, options, description);
        _fields.Add(field);
        if ((options & FieldOptions.OnlyByTags) == 0)
        {
            _byName.Add(name, field);
        }

        _byTagName.Add(tagName ?? name, field);
        return this;
    }

    /// <inheritdoc />
    public override ConfigType? FindChild(string name, ConfigSource source) => FindField(name, source)?.Type;

    /// <summary>The options of the field of that name, or null if there is no such field.</summary>
    public FieldOptions? FindOptions(string name, ConfigSource source) => FindField(name, source)?.Options;

    /// <inheritdoc />
    public override T? Decode(ConfigNode node, T? current, DecodeContext context)
    {
        switch (node)
        {
            case ConfigObject parent when parent.Entries.Count > 0 || context.Source == ConfigSource.File:
                return DecodeFields(parent, current ?? create(), context);
            case ConfigInvalid invalid:
                context.Error("PATH", node.Location, invalid.Message);
                return current;
            case ConfigSequence:
                context.Error("VALUE", node.Location, $"{context.Path} is an object, not a list");
                return current;
            default:
                context.Error("ALONE", node.Location, $"{context.Path} cannot stand alone: set one of {string.Join(", ", Names(context.Source).Take(6))}");
                return current;
        }
    }

    /// <inheritdoc />
    public override T? DecodeEntry(ConfigNode node, DecodeContext context) =>
        node is ConfigScalar or ConfigObject { Entries.Count: 0 } ? create() : Decode(node, null, context);

    /// <summary>The record with its documented defaults.</summary>
    public T Create() => create();

    /// <inheritdoc />
    public override bool IsEmpty(T? value) => value is null;

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value)
    {
        writer.WriteStartObject();
        WriteFields(writer, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members into an object that has others too.</summary>
    public void WriteFields(Utf8JsonWriter writer, T value)
    {
        foreach (var field in _fields)
        {
            field.Write(writer, value);
        }
    }

    /// <summary>Names of the members that <see cref="WriteFields"/> writes.</summary>
    public IEnumerable<string> Present(T value) => _fields.Where(field => field.IsWritten(value)).Select(static field => field.Name);

    /// <inheritdoc />
    public override IEnumerable<OptionDescription> Describe(string path)
    {
        var defaults = create();
        foreach (var field in _fields)
        {
            var child = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            yield return new(child, field.Type.Kind, field.FormatDefault(defaults), field.Description, field.Options);
            foreach (var option in field.Type.Describe(child))
            {
                yield return option;
            }
        }
    }

    /// <inheritdoc />
    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, T value)
    {
        foreach (var (name, field) in _byTagName)
        {
            if ((field.Options & FieldOptions.NotByTags) == 0)
            {
                foreach (var entry in field.Flatten($"{path}.{name}", value))
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>Names of the fields that a source can give.</summary>
    public IEnumerable<string> Names(ConfigSource source) => source == ConfigSource.Tags ? _byTagName.Keys : _byName.Keys;

    internal T DecodeFields(ConfigObject node, T record, DecodeContext context)
    {
        HashSet<string>? given = node.IsCaseSensitive ? new(StringComparer.OrdinalIgnoreCase) : null;
        foreach (var (name, child) in node.Entries)
        {
            if (child is ConfigInvalid invalid)
            {
                context.Error("PATH", child.Location, invalid.Message);
                continue;
            }

            if (given?.Add(name) == false)
            {
                context.Error("FIELD", child.Location, $"{(context.Path.Length == 0 ? name : $"{context.Path}.{name}")} is given twice, in two spellings");
                continue;
            }

            if (FindField(name, context.Source) is { } field)
            {
                record = field.Decode(record, child, context);
                continue;
            }

            context.Error("FIELD", child.Location, Unknown(name, context));
        }

        return record;
    }

    private ObjectField<T>? FindField(string name, ConfigSource source) =>
        (source == ConfigSource.Tags ? _byTagName : _byName).GetValueOrDefault(name);

    private string Unknown(string name, DecodeContext context)
    {
        var where = context.Path.Length == 0 ? name : $"{context.Path}.{name}";
        var similar = DidYouMean.Find(name, Names(context.Source));
        return similar is null ? $"unknown option {where}" : $"unknown option {where}; did you mean '{similar}'?";
    }
}
