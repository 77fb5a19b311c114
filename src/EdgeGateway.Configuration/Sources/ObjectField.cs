using System.Text.Json;

namespace EdgeGateway.Configuration.Sources;

/// <summary>One field of an object, with the field's type erased.</summary>
internal abstract class ObjectField<T>(string name, FieldOptions options, string description)
{
    internal string Name { get; } = name;

    internal FieldOptions Options { get; } = options;

    internal string Description { get; } = description;

    internal abstract ConfigType Type { get; }

    internal abstract T Decode(T record, ConfigNode node, DecodeContext context);

    internal abstract void Write(Utf8JsonWriter writer, T record);

    internal abstract bool IsWritten(T record);

    internal abstract string? FormatDefault(T record);

    internal abstract IEnumerable<KeyValuePair<string, string>> Flatten(string path, T record);
}

/// <summary>One field of an object.</summary>
internal sealed class ObjectField<T, TField>(
    string name, ConfigType<TField> type, Func<T, TField?> get, Func<T, TField, T> set, FieldOptions options, string description)
    : ObjectField<T>(name, options, description)
{
    internal override ConfigType Type => type;

    internal override T Decode(T record, ConfigNode node, DecodeContext context)
    {
        context.Enter(Name);
        try
        {
            if ((Options & FieldOptions.NotByTags) != 0 && context.Source == ConfigSource.Tags)
            {
                Ignore(node, context);
                return record;
            }

            if ((Options & FieldOptions.AllowEmpty) != 0 && IsSwitch(node, out var on))
            {
                // Any value but empty or "true" removes the object, also when children were given (dynamic-config §1.4).
                if (!on)
                {
                    return record;
                }

                if (node is not ConfigObject { Entries.Count: > 0 })
                {
                    return get(record) is null ? set(record, type.DecodeEntry(new ConfigObject(node.Location), context)!) : record;
                }
            }

            return set(record, type.Decode(node, get(record), context)!);
        }
        finally
        {
            context.Leave();
        }
    }

    internal override void Write(Utf8JsonWriter writer, T record)
    {
        if (IsWritten(record))
        {
            writer.WritePropertyName(Name);
            type.Write(writer, get(record)!);
        }
    }

    internal override bool IsWritten(T record) =>
        (Options & FieldOptions.OnlyByTags) == 0
        && (get(record) is var value && (Options & FieldOptions.AlwaysWritten) != 0 ? value is not null : !type.IsEmpty(value));

    internal override string? FormatDefault(T record) => type.Format(get(record));

    internal override IEnumerable<KeyValuePair<string, string>> Flatten(string path, T record)
    {
        // Numbers and switches are written also when zero: a default may be something else.
        var value = get(record);
        if (value is null)
        {
            return [];
        }

        var entries = type.Flatten(path, value).ToArray();
        return entries.Length == 0 && (Options & FieldOptions.AllowEmpty) != 0 ? [new(path, "true")] : entries;
    }

    private void Ignore(ConfigNode node, DecodeContext context)
    {
        if (!context.IsIgnoring)
        {
            context.Warning("IGNORED", node.Location, $"{context.Path} cannot be set by tags and is ignored");
        }

        if (node is ConfigScalar or ConfigObject { Entries.Count: 0 })
        {
            return;
        }

        context.BeginIgnoring();
        _ = type.Decode(node, default, context);
        context.EndIgnoring();
    }

    // A leaf, or an object with a value of its own, is a switch; an object without one is not.
    private static bool IsSwitch(ConfigNode node, out bool on)
    {
        var own = node switch
        {
            ConfigScalar scalar => scalar,
            ConfigObject parent => parent.Own,
            _ => null,
        };
        on = own is null || own.Text.Length == 0 || own.Text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return node is ConfigScalar or ConfigObject;
    }
}
