using System.Buffers;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Api;

/// <summary>
/// <c>/api/support-dump</c>: an archive with <c>version.json</c>, <c>static-config.json</c> and <c>runtime-config.json</c> to send to
/// whoever helps. Secrets are masked in both configurations: it is made to be passed on.
/// </summary>
internal static class SupportDump
{
    private const string Mask = "xxxx";

    // Members whose texts are never passed on, whatever they stand in: credentials, keys, and headers that the user sets.
    private static readonly string[] Secrets =
        ["token", "password", "username", "users", "usersFile", "keyFile", "key", "secret", "hmacEncoded", "headers", "customRequestHeaders", "customResponseHeaders"];

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = GoJsonEncoder.Instance };

    /// <summary>Answers with the archive.</summary>
    public static async ValueTask AnswerAsync(
        GatewayContext context, ApiOptions options, Action<Utf8JsonWriter> version, Func<Utf8JsonWriter, IEnumerable<bool>> runtime)
    {
        using var archive = new MemoryStream();
        await using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            await AddAsync(tar, "version.json", version, options);
            await AddAsync(tar, "static-config.json", options.WriteStatic, options);
            await AddAsync(tar, "runtime-config.json", writer => Run(runtime(writer)), options);
        }

        context.Http.Response.Headers.ContentDisposition = "attachment; filename=support-dump.tar.gz";
        await ApiAnswer.BytesAsync(context, "application/gzip", archive.ToArray());
    }

    private static void Run(IEnumerable<bool> steps)
    {
        foreach (var _ in steps)
        {
        }
    }

    private static async Task AddAsync(TarWriter tar, string name, Action<Utf8JsonWriter> write, ApiOptions options)
    {
        var plain = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(plain))
        {
            write(writer);
        }

        using var masked = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(masked, Indented))
        using (var document = JsonDocument.Parse(plain.WrittenMemory))
        {
            Copy(document.RootElement, writer, secret: false);
        }

        masked.Position = 0;
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = masked,
            ModificationTime = options.Time.GetUtcNow(),
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    private static void Copy(JsonElement value, Utf8JsonWriter writer, bool secret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    // A headers middleware is an object of its own with the maps to hide inside; healthCheck.headers is a map.
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, writer, secret || (Secrets.Contains(member.Name, StringComparer.OrdinalIgnoreCase) && !IsMiddleware(member)));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Copy(item, writer, secret);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when secret:
                writer.WriteStringValue(Mask);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static bool IsMiddleware(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Object && member.Name == "headers"
        && member.Value.EnumerateObject().Any(static inner => inner.Value.ValueKind != JsonValueKind.String);
}
