using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Testbed.Upstreams;

/// <summary>A small application that says who it is and what it received; counts requests and connections.</summary>
public sealed class Whoami : IAsyncDisposable
{
    private WebApplication? _server;
    private int _connections;
    private int _requests;

    private Whoami(string name) => Name = name;

    public string Name { get; }

    public int Port { get; private set; }

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Requests received so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Asked before the usual answer; true = it answered itself.</summary>
    public Func<HttpContext, Task<bool>>? Handler { get; set; }

    /// <summary>Starts it on a port; 0 = any free one.</summary>
    public static async Task<Whoami> StartAsync(string name, int port = 0)
    {
        var whoami = new Whoami(name);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, port, listen => listen.Use(next => connection =>
            {
                Interlocked.Increment(ref whoami._connections);
                return next(connection);
            }));
        });
        var server = builder.Build();
        server.Run(whoami.HandleAsync);
        whoami._server = server;
        await server.StartAsync();
        whoami.Port = new Uri(server.Urls.First()).Port;
        return whoami;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            using var hard = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _server.StopAsync(hard.Token);
            await _server.DisposeAsync();
        }
    }

    private async Task HandleAsync(HttpContext http)
    {
        Interlocked.Increment(ref _requests);
        if (Handler is { } handler && await handler(http))
        {
            return;
        }

        var text = $"Name: {Name}\n{http.Request.Method} {http.Features.Get<IHttpRequestFeature>()!.RawTarget} {http.Request.Protocol}\n"
            + string.Concat(http.Request.Headers.Select(static h => string.Create(CultureInfo.InvariantCulture, $"{h.Key}: {h.Value}\n")));
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers["X-Served-By"] = Name;
        await http.Response.WriteAsync(text);
    }
}
