using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.Tls;

/// <summary>Options that hold a path or the PEM text itself, as Traefik's <c>FileOrContent</c>.</summary>
internal static class PemText
{
    /// <summary>True when the option is the text itself, so that there is no file to follow.</summary>
    public static bool IsInline(string text) => text.Contains("-----BEGIN", StringComparison.Ordinal);

    /// <summary>The text, read from the file if the option is a path.</summary>
    /// <param name="option">Name of the option, for the error.</param>
    /// <param name="text">Path or PEM.</param>
    /// <exception cref="InvalidDataException">Not given, or the file cannot be read; names option and path, never the content.</exception>
    public static string Read(string option, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw new InvalidDataException($"{option} is missing");
        }

        if (IsInline(text))
        {
            return text;
        }

        try
        {
            return File.ReadAllText(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"{option}: {e.Message}", e);
        }
    }

    /// <summary>All certificates of several options, such as <c>caFiles</c> and <c>rootCAs</c>.</summary>
    /// <exception cref="InvalidDataException">One is missing, unreadable, or holds no certificate.</exception>
    public static X509Certificate2Collection ReadCertificates(string option, IEnumerable<string> texts)
    {
        var all = new X509Certificate2Collection();
        foreach (var text in texts)
        {
            var before = all.Count;
            try
            {
                all.ImportFromPem(Read(option, text));
            }
            catch (CryptographicException e)
            {
                throw new InvalidDataException($"{option}: {Shown(text)}: {e.Message}", e);
            }

            if (all.Count == before)
            {
                throw new InvalidDataException($"{option}: {Shown(text)}: no certificate in it");
            }
        }

        return all;
    }

    /// <summary>The option for a message: a path as it is, of a text only that it is one.</summary>
    public static string Shown(string? text) => text is null ? "" : IsInline(text) ? "(PEM text)" : text;
}
