namespace EdgeGateway.Proxy.Middlewares.ForwardAuth;

/// <summary>Header names as Go writes them, for patterns that are about names.</summary>
internal static class HeaderName
{
    /// <summary>The first letter and those behind a dash in capitals, the others small.</summary>
    public static string Canonical(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        var isFirst = true;
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = isFirst ? char.ToUpperInvariant(text[i]) : char.ToLowerInvariant(text[i]);
            isFirst = text[i] == '-';
        }
    });
}
