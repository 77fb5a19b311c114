namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>Everything that may stand behind <c>=</c>.</summary>
internal static class TomlValues
{
    /// <summary>Reads a value; <paramref name="depth"/> counts the tables and arrays around it.</summary>
    public static TomlValue Read(ref TomlCursor cursor, TomlSections sections, int depth)
    {
        if (depth > TomlCursor.MaxDepth)
        {
            throw cursor.Fail($"values are nested more than {TomlCursor.MaxDepth} deep");
        }

        var position = cursor.Position;
        switch (cursor.Current)
        {
            case '"' or '\'':
                return new TomlScalar(TomlScalarKind.String, TomlStrings.Read(ref cursor), position);
            case '[':
                return ReadArray(ref cursor, sections, depth);
            case '{':
                return ReadInlineTable(ref cursor, sections, depth);
            default:
                return ReadToken(ref cursor, position);
        }
    }

    private static TomlScalar ReadToken(ref TomlCursor cursor, TomlPosition position)
    {
        var length = TokenLength(cursor, 0);
        // A blank may stand between a date and a time.
        if (length == 10 && cursor.Peek(4) == '-' && cursor.Peek(10) == ' ' && char.IsAsciiDigit(cursor.Peek(11)))
        {
            length = TokenLength(cursor, 11);
        }

        if (length == 0)
        {
            throw cursor.Fail($"expected a value, found {cursor.Describe()}");
        }

        var token = cursor.Rest[..length];
        cursor.Advance(length);
        if (token is "true" or "false")
        {
            return new TomlScalar(TomlScalarKind.Boolean, token.ToString(), position);
        }

        return TomlNumbers.TryRead(token, cursor, position)
            ?? (TomlDates.Classify(token) is { } kind
                ? new TomlScalar(kind, token.ToString(), position)
                : throw cursor.Fail($"{token} is not a value; put text into quotes", position));
    }

    private static int TokenLength(in TomlCursor cursor, int from)
    {
        while (char.IsAsciiLetterOrDigit(cursor.Peek(from)) || cursor.Peek(from) is '_' or '+' or '-' or '.' or ':')
        {
            from++;
        }

        return from;
    }

    private static TomlArray ReadArray(ref TomlCursor cursor, TomlSections sections, int depth)
    {
        TomlArray array = new(ofTables: false, cursor.Position);
        cursor.Advance();
        while (true)
        {
            cursor.SkipLines();
            if (cursor.TryTake(']'))
            {
                return array;
            }

            array.Items.Add(Read(ref cursor, sections, depth + 1));
            cursor.SkipLines();
            if (cursor.TryTake(']'))
            {
                return array;
            }

            if (!cursor.TryTake(','))
            {
                throw cursor.Fail($"expected ',' or ']' in an array, found {cursor.Describe()}");
            }
        }
    }

    private static TomlTable ReadInlineTable(ref TomlCursor cursor, TomlSections sections, int depth)
    {
        var section = sections.Open();
        TomlTable table = new(TomlTableOrigin.Inline, section, cursor.Position);
        cursor.Advance();
        cursor.SkipBlanks();
        if (cursor.TryTake('}'))
        {
            return table;
        }

        do
        {
            ReadPair(ref cursor, table, sections, section, depth + 1);
            cursor.SkipBlanks();
        }
        while (cursor.TryTake(','));
        return cursor.TryTake('}')
            ? table
            : throw cursor.Fail($"expected ',' or '}}' on the same line of an inline table, found {cursor.Describe()}");
    }

    /// <summary>Reads <c>dotted.key = value</c> into the table.</summary>
    public static void ReadPair(ref TomlCursor cursor, TomlTable table, TomlSections sections, int section, int depth)
    {
        var key = TomlKeys.ReadDotted(ref cursor);
        if (!cursor.TryTake('='))
        {
            throw cursor.Fail($"expected '=' behind a key, found {cursor.Describe()}");
        }

        for (var i = 0; i < key.Count - 1; i++)
        {
            table = OpenDotted(cursor, table, key[i], section);
        }

        cursor.SkipBlanks();
        var last = key[^1];
        if (table.TryGet(last.Text, out var earlier))
        {
            throw cursor.Fail($"{last.Text} is defined twice; first in line {earlier.Position.Line}", last.Position);
        }

        table.Add(last.Text, Read(ref cursor, sections, depth + key.Count));
    }

    private static TomlTable OpenDotted(in TomlCursor cursor, TomlTable parent, TomlKeyPart part, int section)
    {
        if (!parent.TryGet(part.Text, out var found))
        {
            TomlTable made = new(TomlTableOrigin.Dotted, section, part.Position);
            parent.Add(part.Text, made);
            return made;
        }

        if (found is TomlTable { Origin: TomlTableOrigin.Implicit } implicitTable)
        {
            implicitTable.Define(TomlTableOrigin.Dotted, section);
            return implicitTable;
        }

        return found is TomlTable { Origin: TomlTableOrigin.Dotted } table && table.Section == section
            ? table
            : throw cursor.Fail($"{part.Text} was completed in line {found.Position.Line} and cannot be added to by a dotted key", part.Position);
    }
}

/// <summary>Numbers the header sections and inline tables of a document.</summary>
internal sealed class TomlSections
{
    private int _last;

    public int Open() => ++_last;
}
