namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Path and query of a request, in one text: <c>/a%2Fb?x=1</c>. The path stays escaped; when nothing changes it, the text is the very
/// string of the HTTP engine (design decision 7). An empty path is possible (stripPrefix) and goes out as <c>/</c>.
/// </summary>
/// <param name="Text">Escaped path, then <c>?query</c> if there is a question mark.</param>
/// <param name="PathLength">Length of the path in <paramref name="Text"/>.</param>
public readonly record struct RequestTarget(string Text, int PathLength)
{
    /// <summary>The path, escaped.</summary>
    public ReadOnlySpan<char> EscapedPath => Text.AsSpan(0, PathLength);

    /// <summary>The query without its question mark; empty when there is none.</summary>
    public ReadOnlySpan<char> Query => Text.Length > PathLength ? Text.AsSpan(PathLength + 1) : default;

    /// <summary>The same with another escaped path.</summary>
    public RequestTarget WithPath(ReadOnlySpan<char> escapedPath) =>
        new(string.Concat(escapedPath, Text.AsSpan(PathLength)), escapedPath.Length);

    /// <summary>The same with a text in front of the path.</summary>
    public RequestTarget Prepend(string prefix) => new(string.Concat(prefix, Text), prefix.Length + PathLength);

    /// <summary>The same without the first characters of the path.</summary>
    public RequestTarget Skip(int length) => new(Text[length..], PathLength - length);

    /// <summary>The text for a request line or a Location: never without a path.</summary>
    public override string ToString() => PathLength == 0 ? "/" + Text : Text ?? "/";
}
