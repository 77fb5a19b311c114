using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Routing;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Services.Sticky;

/// <summary>The cookie that keeps a client where it is: its name, its values, its attributes (runtime-behaviour §3.2).</summary>
internal sealed class StickyCookie
{
    // Traefik's salt: a cookie stays good when the gateway is changed.
    private const string NamePrefix = "_TRAEFIK_BACKEND_";
    private const string NameCharacters = "!#$%&'*+-.^`|~";

    private readonly string _attributes;

    /// <summary>Makes it.</summary>
    /// <param name="config">As configured.</param>
    /// <param name="service">Qualified name of the service.</param>
    public StickyCookie(StickyCookieConfig config, string service)
    {
        Name = NameFor(config.Name, service);
        _attributes = Attributes(config);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The name as configured, made fit for a cookie; or one from the name of the service.</summary>
    public static string NameFor(string? configured, string service) => string.IsNullOrEmpty(configured)
        ? string.Concat("_", Convert.ToHexStringLower(Sha1(NamePrefix + service)).AsSpan(0, 5))
        : string.Create(configured.Length, configured, static (name, from) =>
        {
            for (var i = 0; i < name.Length; i++)
            {
                name[i] = char.IsAsciiLetterOrDigit(from[i]) || NameCharacters.Contains(from[i], StringComparison.Ordinal) ? from[i] : '_';
            }
        });

    /// <summary>The value that names a server by its URL, or a service by its name.</summary>
    public static string ValueOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 8));

    /// <summary>What earlier versions of Traefik wrote; understood, and answered with a new cookie.</summary>
    public static IEnumerable<string> OldValuesOf(string key)
    {
        var hash = FowlerNollVo.Hex(key);
        return [key, hash, FowlerNollVo.Hex(hash)];
    }

    /// <summary>The line that sets it.</summary>
    public string SetTo(string value) => $"{Name}={value}{_attributes}";

    /// <summary>The value in a request: the first cookie of that name, without quotes; empty when there is none.</summary>
    public ReadOnlySpan<char> In(StringValues cookies)
    {
        for (var i = 0; i < cookies.Count; i++)
        {
            var line = cookies[i].AsSpan();
            while (!line.IsEmpty)
            {
                var end = line.IndexOf(';');
                var pair = (end < 0 ? line : line[..end]).Trim();
                line = end < 0 ? default : line[(end + 1)..];
                if (pair.Length > Name.Length && pair[Name.Length] == '=' && pair.StartsWith(Name, StringComparison.Ordinal))
                {
                    var value = pair[(Name.Length + 1)..];
                    return value is ['"', .. var inner, '"'] ? inner : value;
                }
            }
        }

        return default;
    }

    // In the order in which Go writes them.
    private static string Attributes(StickyCookieConfig config)
    {
        var text = new StringBuilder();
        if (Clean(config.Path) is { Length: > 0 } path)
        {
            text.Append("; Path=").Append(path);
        }

        if (config.Domain?.TrimStart('.') is { Length: > 0 } domain && domain.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'))
        {
            text.Append("; Domain=").Append(domain);
        }

        if (config.MaxAge != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; Max-Age={Math.Max(0, config.MaxAge)}");
        }

        text.Append(config.HttpOnly ? "; HttpOnly" : "").Append(config.Secure ? "; Secure" : "");
        return text.Append(config.SameSite?.ToLowerInvariant() switch
        {
            "none" => "; SameSite=None",
            "lax" => "; SameSite=Lax",
            "strict" => "; SameSite=Strict",
            _ => "",
        }).ToString();
    }

    private static string Clean(string? path) => string.Concat((path ?? "").Where(static c => c is >= ' ' and < (char)127 and not ';'));

#pragma warning disable CA5350 // The name is no secret: it must be the one that clients have already.
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
