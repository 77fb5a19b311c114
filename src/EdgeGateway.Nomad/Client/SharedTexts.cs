namespace EdgeGateway.Nomad.Client;

/// <summary>
/// Gives equal texts that come again and again (nodes, namespaces, common tags) one string: ten thousand registrations from fifty nodes
/// need not hold each ID two hundred times. A fixed number of places; what collides takes the place over.
/// </summary>
internal sealed class SharedTexts
{
    private const int Places = 1024;

    private readonly string?[] _texts = new string?[Places];

    /// <summary>The text, as the string that was seen before if there is one. Safe for concurrent calls.</summary>
    public string Share(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        ref var place = ref _texts[(uint)text.GetHashCode(StringComparison.Ordinal) % Places];
        var known = Volatile.Read(ref place);
        if (known == text)
        {
            return known;
        }

        Volatile.Write(ref place, text);
        return text;
    }
}
