namespace EdgeGateway.Proxy.Routing;

/// <summary>Header names as Go writes them: the first letter and those behind a dash in capitals, the others small.</summary>
internal static class HeaderName
{
    /// <summary>The whole name.</summary>
    public static string Canonical(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        var isFirst = true;
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = Canonical(text[i], ref isFirst);
        }
    });

    /// <summary>One character after the other, for who writes without a text of its own.</summary>
    /// <param name="c">The character.</param>
    /// <param name="isFirst">Whether it stands at the start or behind a dash; true before the first one.</param>
    public static char Canonical(char c, ref bool isFirst)
    {
        var canonical = isFirst ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c);
        isFirst = c == '-';
        return canonical;
    }
}
