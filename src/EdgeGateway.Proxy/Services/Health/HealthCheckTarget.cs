using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>
/// Where the checks of a server go: its URL with the scheme and port of the check, and the check's path resolved against it
/// (runtime-behaviour §3.3).
/// </summary>
/// <param name="Server">Server to connect to; the one that is checked, unless scheme, port or a kept path differ.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Host">Host header.</param>
internal sealed record HealthCheckTarget(Server Server, string Path, string Host)
{
    /// <summary>As Traefik writes it.</summary>
    public string Url => $"{Server.Scheme}://{Server.Authority}{Path}";

    /// <summary>Says what is wrong with a check, whatever the server; null when nothing is.</summary>
    public static string? FaultOf(HealthCheckConfig config)
    {
        var path = config.Path ?? "";
        var segment = path.AsSpan(0, path.AsSpan().IndexOfAny('/', '?') is var end and >= 0 ? end : path.Length);
        return segment.Contains(':') || path.StartsWith("//", StringComparison.Ordinal) || path.Any(char.IsControl)
            ? $"healthCheck.path \"{path}\" is not a path relative to the server, such as /health; its servers are not checked"
            : config.Scheme?.ToLowerInvariant() is not (null or "" or "http" or "https" or "h2c")
            ? $"healthCheck.scheme \"{config.Scheme}\" is none of http, https and h2c; its servers are not checked"
            : config.Port is < 0 or > ushort.MaxValue
            ? $"healthCheck.port {config.Port.ToString(CultureInfo.InvariantCulture)} is no port; its servers are not checked"
            : null;
    }

    /// <summary>The target for one server; false where the URL cannot be made.</summary>
    public static bool TryCreate(Server server, HealthCheckConfig config, ServerAddresses addresses, [NotNullWhen(true)] out HealthCheckTarget? target)
    {
        target = null;
        if (FaultOf(config) is not null || !Uri.TryCreate(server.Url, UriKind.Absolute, out var url))
        {
            return false;
        }

        var isGrpc = string.Equals(config.Mode, "grpc", StringComparison.Ordinal);
        var scheme = string.IsNullOrEmpty(config.Scheme) ? server.Scheme : config.Scheme.ToLowerInvariant();
        if (isGrpc)
        {
            // The health protocol of gRPC is HTTP/2, in clear unless the check says https.
            scheme = string.Equals(config.Scheme, "https", StringComparison.OrdinalIgnoreCase) ? "https" : "h2c";
        }

        var host = server.Host.Contains(':', StringComparison.Ordinal) ? $"[{server.Host}]" : server.Host;
        var authority = config.Port != 0 ? string.Create(CultureInfo.InvariantCulture, $"{host}:{config.Port}") : server.Authority;
        var probed = server;
        if (scheme != server.Scheme || authority != server.Authority || server.PreservesPath)
        {
            if (!Server.TryCreate(new ServerConfig { Url = $"{scheme}://{authority}" }, addresses, out probed, out _))
            {
                return false;
            }
        }

        target = new(probed, isGrpc ? GrpcHealth.Path : PathOf(url, config.Path ?? ""), string.IsNullOrEmpty(config.Hostname) ? authority : config.Hostname);
        return true;
    }

    private static string PathOf(Uri server, string path)
    {
        var fragment = path.IndexOf('#', StringComparison.Ordinal);
        path = fragment < 0 ? path : path[..fragment];
        return path.StartsWith('/') && Uri.IsWellFormedUriString(path, UriKind.Relative)
            ? path // as it is written, byte for byte
            : Uri.TryCreate(server, path, out var resolved) ? resolved.PathAndQuery : "/";
    }
}
