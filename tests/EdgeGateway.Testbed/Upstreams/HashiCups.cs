using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Testbed.Upstreams;

/// <summary>What a visitor of the HashiCups demo sees: a front page and the products it loads.</summary>
public sealed class HashiCups : IAsyncDisposable
{
    private const string Products =
        """[{"id":1,"name":"HCP Aeropress","price":200},{"id":2,"name":"Packer Spiced Latte","price":350},{"id":3,"name":"Vaulatte","price":200}]""";

    private const string Page =
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>HashiCups</title></head>
        <body><h1>HashiCups</h1><ul id="products"></ul>
        <script>fetch("api/products").then(r => r.json()).then(all => all.forEach(p => {
        const item = document.createElement("li"); item.textContent = p.name; document.getElementById("products").append(item); }));</script>
        </body></html>
        """;

    private readonly WebApplication _server;

    private HashiCups(WebApplication server) => _server = server;

    public int Port => new Uri(_server.Urls.First()).Port;

    /// <summary>Starts it on a port; 0 = any free one.</summary>
    public static async Task<HashiCups> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var server = builder.Build();
        server.MapGet("/api/products", static () => Results.Text(Products, "application/json"));
        server.MapGet("/", static () => Results.Text(Page, "text/html; charset=utf-8"));
        await server.StartAsync();
        return new(server);
    }

    public async ValueTask DisposeAsync()
    {
        using var hard = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _server.StopAsync(hard.Token);
        await _server.DisposeAsync();
    }
}
