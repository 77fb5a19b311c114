using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>Which Content-Types are compressed (<c>includedContentTypes</c>, <c>excludedContentTypes</c>). Parameters of configured types mean nothing.</summary>
internal sealed class ContentTypeFilter
{
    // gRPC compresses its own messages.
    private const string Grpc = "application/grpc";

    private readonly string[] _included;
    private readonly string[] _excluded;

    private ContentTypeFilter(string[] included, string[] excluded)
    {
        _included = included;
        _excluded = excluded;
    }

    /// <summary>True when only a type that is known can be judged.</summary>
    public bool HasList => _included.Length > 0 || _excluded.Length > 1;

    /// <summary>Compiles both lists; only one of them may be there.</summary>
    public static bool TryCreate(CompressConfig config, [NotNullWhen(true)] out ContentTypeFilter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = null;
        if (config.IncludedContentTypes.Count > 0 && config.ExcludedContentTypes.Count > 0)
        {
            error = "excludedContentTypes and includedContentTypes options are mutually exclusive";
            return false;
        }

        if (!TryRead(config.IncludedContentTypes, "includedContentTypes", out var included, out error)
            || !TryRead(config.ExcludedContentTypes, "excludedContentTypes", out var excluded, out error))
        {
            return false;
        }

        filter = new(included, [Grpc, .. excluded]);
        return true;
    }

    /// <summary>True for a request whose answer is left alone, whatever it is.</summary>
    public bool ExcludesRequest(string? contentType) =>
        !string.IsNullOrEmpty(contentType) && MediaType.TryParse(contentType, out var type) && Contains(_excluded, type);

    /// <summary>True when an answer of that type may be compressed; one that cannot be read is not.</summary>
    public bool Accepts(ReadOnlySpan<char> contentType) =>
        MediaType.TryParse(contentType, out var type) && (_included.Length > 0 ? Contains(_included, type) : !Contains(_excluded, type));

    private static bool TryRead(ConfigList<string> list, string option, out string[] types, [NotNullWhen(false)] out string? error)
    {
        types = new string[list.Count];
        error = null;
        for (var i = 0; i < types.Length; i++)
        {
            if (!MediaType.TryParse(list[i], out var type))
            {
                error = $"parsing {option}: \"{list[i]}\" is no media type";
                return false;
            }

            types[i] = type.ToString();
        }

        return true;
    }

    private static bool Contains(string[] types, ReadOnlySpan<char> type)
    {
        foreach (var item in types)
        {
            if (type.Equals(item, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
