namespace EdgeGateway.Configuration.Sources;

/// <summary>Places that show the value as well, except where it may be a secret.</summary>
internal static class OptionLocation
{
    // Longer values (inline certificates, templates) would push the message off the screen.
    private const int LongestValue = 120;

    // Last parts of options whose values are never shown; a misspelt one is recognised too.
    private static readonly string[] Secrets = ["token", "password", "secret", "key", "hmacEncoded", "users"];

    /// <summary><c>flag --name=value</c>.</summary>
    public static SourceLocation Flag(string name, string value) => new($"flag --{name}={Show(name, value)}");

    /// <summary><c>variable NAME=value</c>.</summary>
    public static SourceLocation Variable(string name, string value) => new($"variable {name}={Show(name, value)}");

    private static string Show(string name, string value)
    {
        var last = name[(name.LastIndexOfAny(['.', '_']) + 1)..];
        if (value.Length > 0 && DidYouMean.Find(last, Secrets) is not null)
        {
            return "***";
        }

        var line = value.ReplaceLineEndings(" ");
        return line.Length <= LongestValue ? line : line[..LongestValue] + "…";
    }
}
