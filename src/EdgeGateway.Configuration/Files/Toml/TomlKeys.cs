namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>Bare, quoted and dotted keys.</summary>
internal static class TomlKeys
{
    /// <summary>Reads <c>a."b c".d</c>; blanks around the dots are allowed. The cursor ends behind the blanks that follow.</summary>
    public static List<TomlKeyPart> ReadDotted(ref TomlCursor cursor)
    {
        List<TomlKeyPart> parts = [];
        do
        {
            cursor.SkipBlanks();
            parts.Add(ReadPart(ref cursor));
            if (parts.Count > TomlCursor.MaxDepth)
            {
                throw cursor.Fail($"a key has more than {TomlCursor.MaxDepth} parts");
            }

            cursor.SkipBlanks();
        }
        while (cursor.TryTake('.'));
        return parts;
    }

    private static TomlKeyPart ReadPart(ref TomlCursor cursor)
    {
        var position = cursor.Position;
        if (cursor.Current is '"' or '\'')
        {
            return new(TomlStrings.ReadSingleLine(ref cursor), position);
        }

        var length = 0;
        while (IsBare(cursor.Peek(length)))
        {
            length++;
        }

        if (length == 0)
        {
            throw cursor.Fail($"expected a key, found {cursor.Describe()}");
        }

        var text = cursor.Rest[..length].ToString();
        cursor.Advance(length);
        return new(text, position);
    }

    private static bool IsBare(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}

/// <summary>One part of a dotted key.</summary>
internal readonly record struct TomlKeyPart(string Text, TomlPosition Position);
