using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary>
/// Chooses the coding of an answer by the client's <c>Accept-Encoding</c> (runtime-behaviour §2.6): the highest weight wins, equal ones by the
/// configured order, <c>*</c> before all and <c>identity</c> after all of them. Names are compared as they are written.
/// </summary>
internal sealed class AcceptEncoding
{
    // No known coding with its weight is longer; what is longer is none of them.
    private const int MaxItem = 64;

    private readonly (string Name, ContentCoding Coding)[] _codings;
    private readonly ContentCoding _default;
    private readonly bool _hasDefault;

    private AcceptEncoding((string, ContentCoding)[] codings, ContentCoding byDefault, bool hasDefault)
    {
        _codings = codings;
        _default = byDefault;
        _hasDefault = hasDefault;
    }

    /// <summary>Compiles <c>encodings</c> and <c>defaultEncoding</c>.</summary>
    public static bool TryCreate(CompressConfig config, [NotNullWhen(true)] out AcceptEncoding? negotiation, [NotNullWhen(false)] out string? error)
    {
        negotiation = null;
        if (config.Encodings.Count == 0)
        {
            error = "at least one encoding must be specified";
            return false;
        }

        var codings = new (string Name, ContentCoding Coding)[config.Encodings.Count];
        for (var i = 0; i < codings.Length; i++)
        {
            codings[i] = (config.Encodings[i], CodingOf(config.Encodings[i]));
            if (codings[i].Coding == ContentCoding.None)
            {
                error = $"unsupported encoding: {config.Encodings[i]}";
                return false;
            }
        }

        var byDefault = codings[0].Coding;
        if (config.DefaultEncoding is { Length: > 0 } name)
        {
            byDefault = CodingOf(name);
            if (!config.Encodings.Contains(name))
            {
                error = $"unsupported default encoding: {name}";
                return false;
            }
        }

        error = null;
        negotiation = new(codings, byDefault, config.DefaultEncoding is { Length: > 0 });
        return true;
    }

    /// <summary>The coding for a request with these lines.</summary>
    public ContentCoding Choose(StringValues lines)
    {
        if (lines.Count == 0)
        {
            return _hasDefault ? _default : ContentCoding.None;
        }

        var best = ContentCoding.None;
        var (bestWeight, bestRank) = (0d, int.MaxValue);
        Span<char> item = stackalloc char[MaxItem];
        foreach (var line in lines)
        {
            for (var rest = line.AsSpan(); !rest.IsEmpty;)
            {
                var comma = rest.IndexOf(',');
                var length = WithoutBlanks(comma < 0 ? rest : rest[..comma], item);
                rest = comma < 0 ? default : rest[(comma + 1)..];
                if (TryRead(item[..length], out var coding, out var rank, out var weight)
                    && (weight > bestWeight || (weight == bestWeight && rank < bestRank)))
                {
                    (best, bestWeight, bestRank) = (coding, weight, rank);
                }
            }
        }

        return best;
    }

    /// <summary>
    /// What the gzip encoder asks once more for itself: <c>gzip</c> must be named, in the first line, in any case; a default or <c>*</c> is
    /// not enough (as in Traefik).
    /// </summary>
    public static bool NamesGzip(StringValues lines)
    {
        Span<char> item = stackalloc char[MaxItem];
        for (var rest = lines.Count > 0 ? lines[0].AsSpan() : default; !rest.IsEmpty;)
        {
            var comma = rest.IndexOf(',');
            var text = item[..WithoutBlanks(comma < 0 ? rest : rest[..comma], item)];
            rest = comma < 0 ? default : rest[(comma + 1)..];
            var semicolon = text.IndexOf(';');
            if ((semicolon < 0 ? text : text[..semicolon]).Equals("gzip", StringComparison.OrdinalIgnoreCase))
            {
                return semicolon < 0 || !text[(semicolon + 1)..].StartsWith("q=") || (TryWeight(text[(semicolon + 3)..], out var weight) && weight > 0);
            }
        }

        return false;
    }

    private bool TryRead(ReadOnlySpan<char> item, out ContentCoding coding, out int rank, out double weight)
    {
        var semicolon = item.IndexOf(';');
        var name = semicolon < 0 ? item : item[..semicolon];
        weight = 1;
        coding = ContentCoding.None;
        rank = int.MaxValue;
        if (name is "*")
        {
            (coding, rank) = (_default, -1);
        }
        else if (name is "identity")
        {
            rank = _codings.Length;
        }
        else
        {
            for (var i = 0; i < _codings.Length; i++)
            {
                if (name.SequenceEqual(_codings[i].Name))
                {
                    (coding, rank) = (_codings[i].Coding, i);
                    break;
                }
            }
        }

        if (rank == int.MaxValue)
        {
            return false;
        }

        return semicolon < 0 || !item[(semicolon + 1)..].StartsWith("q=") || (TryWeight(item[(semicolon + 3)..], out weight) && weight > 0);
    }

    private static bool TryWeight(ReadOnlySpan<char> text, out double weight) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out weight)
        && double.IsFinite(weight);

    private static int WithoutBlanks(ReadOnlySpan<char> text, Span<char> item)
    {
        var length = 0;
        foreach (var c in text)
        {
            if (c != ' ')
            {
                if (length == item.Length)
                {
                    return 0;
                }

                item[length++] = c;
            }
        }

        return length;
    }

    private static ContentCoding CodingOf(string name) => name switch
    {
        "gzip" => ContentCoding.Gzip,
        "br" => ContentCoding.Brotli,
        "zstd" => ContentCoding.Zstd,
        _ => ContentCoding.None,
    };
}
