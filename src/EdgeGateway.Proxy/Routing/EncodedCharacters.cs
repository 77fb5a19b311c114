using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Routing;

/// <summary>Encoded characters that a path must not hold (400 after routing; data: encodedCharacters.json).</summary>
internal sealed class EncodedCharacters
{
    private readonly bool[] _denied = new bool[256];

    /// <param name="denied">Decoded characters that are refused in encoded form.</param>
    public EncodedCharacters(IEnumerable<char> denied)
    {
        foreach (var c in denied)
        {
            _denied[c & 0xFF] = true;
            Any = true;
        }
    }

    /// <summary>True when something is denied at all.</summary>
    public bool Any { get; }

    /// <summary>Compiles an entry point's setting; null allows everything.</summary>
    public static EncodedCharacters From(EncodedCharactersConfig? config)
    {
        List<char> denied = [];
        if (config is not null)
        {
            Add(config.AllowEncodedSlash, '/');
            Add(config.AllowEncodedBackSlash, '\\');
            Add(config.AllowEncodedNullCharacter, '\0');
            Add(config.AllowEncodedSemicolon, ';');
            Add(config.AllowEncodedPercent, '%');
            Add(config.AllowEncodedQuestionMark, '?');
            Add(config.AllowEncodedHash, '#');
        }

        return new EncodedCharacters(denied);

        void Add(bool allowed, char c)
        {
            if (!allowed)
            {
                denied.Add(c);
            }
        }
    }

    /// <summary>True when the path holds a denied escape, in either case.</summary>
    /// <param name="escapedPath">Path with valid escapes.</param>
    public bool IsDenied(ReadOnlySpan<char> escapedPath)
    {
        if (!Any)
        {
            return false;
        }

        while (true)
        {
            var percent = escapedPath.IndexOf('%');
            if (percent < 0 || percent + 2 >= escapedPath.Length)
            {
                return percent >= 0;
            }

            if (_denied[byte.Parse(escapedPath.Slice(percent + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null)])
            {
                return true;
            }

            escapedPath = escapedPath[(percent + 3)..];
        }
    }
}
