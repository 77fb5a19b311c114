namespace EdgeGateway.Configuration.Sources;

/// <summary>Shape of an option's value.</summary>
public enum ConfigKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary><c>true</c>/<c>false</c>; a flag without a value means <c>true</c>.</summary>
    Boolean,

    /// <summary>A decimal integer.</summary>
    Number,

    /// <summary>A decimal number with an optional fraction.</summary>
    Fraction,

    /// <summary>Go duration text, or seconds.</summary>
    Duration,

    /// <summary>A comma list.</summary>
    List,

    /// <summary>An object with known fields; a flag without a value means <c>true</c>.</summary>
    Object,

    /// <summary>An object with free names.</summary>
    Map,

    /// <summary>A list of objects (<c>[n]</c>).</summary>
    ObjectList,

    /// <summary>A free tree.</summary>
    Tree,
}
