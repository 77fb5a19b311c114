using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Testbed.Upstreams;

/// <summary>
/// gRPC without the libraries: HTTP/2, in clear or not, length-prefixed messages echoed one by one as they come, status in the trailers.
/// <c>/refused</c> answers with trailers only.
/// </summary>
public sealed class GrpcEcho : IAsyncDisposable
{
    private readonly WebApplication _server;

    private GrpcEcho(WebApplication server) => _server = server;

    public int Port => new Uri(_server.Urls.First()).Port;

    /// <summary>Starts it on a free port.</summary>
    /// <param name="certificate">Not null: TLS with this certificate.</param>
    public static async Task<GrpcEcho> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var server = builder.Build();
        server.Run(HandleAsync);
        await server.StartAsync();
        return new(server);
    }

    /// <summary>One message in gRPC's frame: no compression, length, bytes.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var frame = new byte[5 + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        using var hard = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _server.StopAsync(hard.Token);
        await _server.DisposeAsync();
    }

    private static async Task HandleAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        if (http.Request.Headers.TE != "trailers" && http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            // As servers on gRPC's C core do.
            http.Response.Headers["grpc-status"] = "13";
            return;
        }

        if (http.Request.Path == "/refused")
        {
            http.Response.Headers["grpc-status"] = "7";
            return;
        }

        await http.Response.StartAsync();
        var buffer = new byte[4096];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer)) > 0)
        {
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read));
            await http.Response.Body.FlushAsync();
        }

        http.Response.AppendTrailer("grpc-status", "0");
        http.Response.AppendTrailer("grpc-message", "fine");
    }
}
