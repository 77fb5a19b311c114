using System.Text.Json;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Tls;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Tailscale.Certificates;
using EdgeGateway.Tailscale.LocalApi;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Hosting;

/// <summary>The Tailscale resolvers: one keeper serves all of them, since there is one tailscaled.</summary>
internal sealed class CertificateSources : IAsyncDisposable
{
    private readonly IReadOnlyList<string> _resolvers;
    private readonly LocalApiClient _client;
    private readonly CertificateKeeper _keeper;
    private IReadOnlyList<CertificateWish>? _wanted;

    private CertificateSources(IReadOnlyList<string> resolvers, LocalApiClient client, CertificateKeeper keeper) =>
        (_resolvers, _client, _keeper) = (resolvers, client, keeper);

    /// <summary>Completes when every certificate wanted at the start is in hand or refused.</summary>
    public Task FirstRound => _keeper.FirstRound;

    /// <summary>The node's full MagicDNS name, lower-cased and without final dot; null while tailscaled has not told it.</summary>
    public string? NodeName => _keeper.Node is { DnsName.Length: > 0 } node ? node.DnsName : null;

    /// <summary>The sources that the configuration asks for; null when there are none.</summary>
    public static CertificateSources? Create(
        StaticConfiguration configuration, CertificateStore store, ILoggerFactory loggers, TimeProvider time)
    {
        var resolvers = configuration.CertificatesResolvers.Where(static r => r.Value.Tailscale is not null).Select(static r => r.Key).ToList();
        if (resolvers.Count == 0)
        {
            return null;
        }

        var client = new LocalApiClient(null, time);
        var keeper = new CertificateKeeper(
            client, issued => store.Set($"tailscale/{issued.Name}", issued.Leaf, issued.Chain), loggers.CreateLogger<CertificateKeeper>(), null, time);
        return new(resolvers, client, keeper);
    }

    public void Start() => _keeper.Start();

    /// <summary>Tells the keeper what the routers of a snapshot want. Nothing is looked at while they want the same.</summary>
    public void Want(GatewaySnapshot snapshot)
    {
        if (ReferenceEquals(_wanted, snapshot.Certificates))
        {
            return;
        }

        _wanted = snapshot.Certificates;
        var routers = _wanted.Select(static wish => new RouterNames(wish.Resolver, [], [wish.Name])).ToList();
        _keeper.SetWanted([.. _resolvers.SelectMany(resolver => WantedNames.For(resolver, routers)).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>What the API says about tailscaled and the certificates.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("tailscale");
        var trouble = _keeper.Trouble;
        writer.WriteString("state", trouble is not null ? "unreachable" : _keeper.Node?.BackendState ?? "not asked yet");
        Text(writer, "name", _keeper.Node?.DnsName);
        Text(writer, "code", trouble?.Code);
        Text(writer, "reason", trouble?.Reason);
        Text(writer, "cure", trouble?.Cure);
        writer.WriteEndObject();
        writer.WriteStartArray("certificates");
        foreach (var status in _keeper.Statuses.Values.OrderBy(static s => s.Name, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("name", status.Name);
            writer.WriteString("state", status.State switch
            {
                CertificateState.Issued => "issued",
                CertificateState.Pending => "pending",
                CertificateState.OtherNode => "belongs to another node",
                _ => "refused",
            });
            Text(writer, "code", status.Code);
            Text(writer, "reason", status.Reason);
            Text(writer, "cure", status.Cure);
            if (status.NotAfter is { } notAfter)
            {
                writer.WriteString("notAfter", notAfter);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _keeper.DisposeAsync();
        _client.Dispose();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
