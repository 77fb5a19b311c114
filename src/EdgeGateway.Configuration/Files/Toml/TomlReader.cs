namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>
/// Reads a whole TOML 1.0 document (https://toml.io/en/v1.0.0) by recursive descent. The first error ends the reading: it
/// is a ConfigurationException <c>EG-FILE-SYNTAX</c> with line and column. Stands in for a TOML package, which the
/// package feed does not carry; only <see cref="TomlNodes"/> knows it.
/// </summary>
internal static class TomlReader
{
    /// <summary>Parses the text.</summary>
    /// <param name="text">The document without a byte order mark.</param>
    /// <param name="fileName">The name that messages show.</param>
    public static TomlTable Read(ReadOnlySpan<char> text, string fileName)
    {
        TomlCursor cursor = new(text, fileName);
        TomlSections sections = new();
        var section = sections.Open();
        TomlTable root = new(TomlTableOrigin.Header, section, cursor.Position);
        var current = root;
        var depth = 0;
        while (true)
        {
            cursor.SkipLines();
            if (cursor.AtEnd)
            {
                return root;
            }

            if (cursor.Current == '[')
            {
                section = sections.Open();
                current = ReadHeader(ref cursor, root, section, out depth);
            }
            else
            {
                TomlValues.ReadPair(ref cursor, current, sections, section, depth);
            }

            cursor.ExpectLineEnd();
        }
    }

    private static TomlTable ReadHeader(ref TomlCursor cursor, TomlTable root, int section, out int depth)
    {
        var position = cursor.Position;
        cursor.Advance();
        var ofArray = cursor.TryTake('[');
        var key = TomlKeys.ReadDotted(ref cursor);
        if (!cursor.TryTake(']') || (ofArray && !cursor.TryTake(']')))
        {
            throw cursor.Fail($"expected '{(ofArray ? "]]" : "]")}' behind a header, found {cursor.Describe()}");
        }

        depth = key.Count;
        var parent = root;
        for (var i = 0; i < key.Count - 1; i++)
        {
            parent = OpenOnPath(cursor, parent, key[i], section);
        }

        return ofArray
            ? AppendToArray(cursor, parent, key[^1], section, position)
            : Define(cursor, parent, key[^1], section, position);
    }

    /// <summary>A header's path leads through tables of any origin but inline, and through the last element of an array of tables.</summary>
    private static TomlTable OpenOnPath(in TomlCursor cursor, TomlTable parent, TomlKeyPart part, int section)
    {
        if (!parent.TryGet(part.Text, out var found))
        {
            TomlTable made = new(TomlTableOrigin.Implicit, section, part.Position);
            parent.Add(part.Text, made);
            return made;
        }

        return found switch
        {
            TomlTable { Origin: not TomlTableOrigin.Inline } table => table,
            TomlArray { OfTables: true } array => (TomlTable)array.Items[^1],
            _ => throw cursor.Fail($"{part.Text} was completed in line {found.Position.Line} and cannot be added to", part.Position),
        };
    }

    private static TomlTable Define(in TomlCursor cursor, TomlTable parent, TomlKeyPart part, int section, TomlPosition position)
    {
        if (!parent.TryGet(part.Text, out var found))
        {
            TomlTable made = new(TomlTableOrigin.Header, section, position);
            parent.Add(part.Text, made);
            return made;
        }

        if (found is TomlTable { Origin: TomlTableOrigin.Implicit } table)
        {
            table.Define(TomlTableOrigin.Header, section);
            return table;
        }

        throw cursor.Fail($"{part.Text} is defined twice; first in line {found.Position.Line}", part.Position);
    }

    private static TomlTable AppendToArray(in TomlCursor cursor, TomlTable parent, TomlKeyPart part, int section, TomlPosition position)
    {
        if (!parent.TryGet(part.Text, out var found))
        {
            found = new TomlArray(ofTables: true, position);
            parent.Add(part.Text, found);
        }

        if (found is not TomlArray { OfTables: true } array)
        {
            throw cursor.Fail($"{part.Text} is not an array of tables; it was defined in line {found.Position.Line}", part.Position);
        }

        TomlTable element = new(TomlTableOrigin.Header, section, position);
        array.Items.Add(element);
        return element;
    }
}
