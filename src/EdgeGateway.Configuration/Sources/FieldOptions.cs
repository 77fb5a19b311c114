namespace EdgeGateway.Configuration.Sources;

/// <summary>Where a field of an object can be set and how.</summary>
[Flags]
public enum FieldOptions
{
    /// <summary>By every source; an object needs at least one child.</summary>
    None = 0,

    /// <summary>An object that may stand alone or with <c>true</c>; any other value removes it, children or not.</summary>
    AllowEmpty = 1,

    /// <summary>Ignored in tags with a warning, but the names below it are still checked.</summary>
    NotByTags = 2,

    /// <summary>Known in tags only, and not part of the JSON form.</summary>
    OnlyByTags = 4,

    /// <summary>Written to JSON even when empty, as Traefik's fields without <c>omitempty</c>.</summary>
    AlwaysWritten = 8,
}
