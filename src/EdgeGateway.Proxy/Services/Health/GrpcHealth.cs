using System.Globalization;
using System.Net.Http.Headers;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>
/// The gRPC health protocol (grpc.health.v1), as far as a check needs it: an empty request, which asks for the server as a whole, and a
/// status of one number in the answer. No package for two messages.
/// </summary>
internal static class GrpcHealth
{
    /// <summary>Path of the call.</summary>
    public const string Path = "/grpc.health.v1.Health/Check";

    // Values of HealthCheckResponse.ServingStatus.
    private const int Serving = 1;

    // A frame: not compressed, four bytes of length, message. The answer's message is two bytes; a longer one is none of ours.
    private const int FrameHead = 5;
    private const int LongestAnswer = 1024;

    /// <summary>The body of the request: one empty message.</summary>
    public static ByteArrayContent Request()
    {
        var content = new ByteArrayContent(new byte[FrameHead]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return content;
    }

    /// <summary>Why the server is not well; null when it is.</summary>
    public static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if ((int)response.StatusCode != 200)
        {
            return $"status {(int)response.StatusCode}";
        }

        var buffer = new byte[LongestAnswer];
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        var status = Header(response.Headers, "grpc-status") ?? Header(response.TrailingHeaders, "grpc-status");
        if (status is not "0")
        {
            // 12: UNIMPLEMENTED.
            return status == "12" ? "the server does not know the gRPC health protocol" : $"grpc-status {status ?? "missing"}";
        }

        var serving = StatusIn(buffer.AsSpan(0, length));
        return serving == Serving ? null : $"serving status {serving.ToString(CultureInfo.InvariantCulture)} instead of SERVING";
    }

    /// <summary>The status in a frame; 0 (UNKNOWN) when it holds none, −1 when it cannot be read.</summary>
    internal static int StatusIn(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < FrameHead || frame[0] != 0)
        {
            return -1;
        }

        var message = frame[FrameHead..];
        if (message.IsEmpty)
        {
            return 0; // proto3 leaves the default out
        }

        // Field 1, varint; statuses are below 128.
        return message.Length >= 2 && message[0] == 8 && message[1] < 128 ? message[1] : -1;
    }

    private static string? Header(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
