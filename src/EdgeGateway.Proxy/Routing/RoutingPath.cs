using EdgeGateway.Rules.Text;

namespace EdgeGateway.Proxy.Routing;

/// <summary>The path as rules see it (dynamic-config §4.2): every escape decoded except those of reserved characters.</summary>
internal static class RoutingPath
{
    // RFC 3986 gen-delims and sub-delims, and the percent sign itself.
    private const string Reserved = ":/?#[]@!$&'()*+,;=%";

    /// <summary>Makes it from a normalised escaped path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="text">A string that starts with the path: given back when it is the path and nothing is to decode.</param>
    public static string From(ReadOnlySpan<char> path, string text)
    {
        if (path.IndexOf('%') < 0)
        {
            return path.Length == text.Length ? text : path.ToString();
        }

        // Decoded bytes may be UTF-8, and rules are written in text; what is no UTF-8 is kept apart byte by byte.
        var bytes = new byte[path.Length];
        var count = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%')
            {
                var value = byte.Parse(path.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null);
                if (!Reserved.Contains((char)value))
                {
                    bytes[count++] = value;
                    i += 2;
                    continue;
                }
            }

            bytes[count++] = (byte)path[i];
        }

        return LosslessUtf8.Decode(bytes.AsSpan(0, count));
    }
}
