using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Middlewares.Sources;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Middlewares.IPAllowList;

/// <summary><c>ipAllowList</c>, and its old name <c>ipWhiteList</c>: other addresses are refused (runtime-behaviour §2.14).</summary>
internal sealed class IPAllowListFilter : RequestFilter
{
    private static readonly IPStrategyConfig Peer = new();

    private readonly NetworkSet _allowed;
    private readonly ClientAddressStrategy? _strategy;
    private readonly int _status;
    private readonly string _phrase;

    private IPAllowListFilter(string name, NetworkSet allowed, ClientAddressStrategy? strategy, int status)
        : base(name, actsOnResponse: false)
    {
        _allowed = allowed;
        _strategy = strategy;
        _status = status;
        _phrase = PhraseOf(status);
    }

    /// <summary>Compiles the middleware.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="filter">The result; null on an error.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string name, IPAllowListConfig config, [NotNullWhen(true)] out IPAllowListFilter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = null;
        if (config.SourceRange.Count == 0)
        {
            error = "sourceRange is empty, IPAllowLister not created";
            return false;
        }

        var status = config.RejectStatusCode == 0 ? StatusCodes.Status403Forbidden : config.RejectStatusCode;
        if (status is < 100 or > 599 || PhraseOf((int)status).Length == 0)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"invalid HTTP status code {status}");
            return false;
        }

        if (!NetworkSet.TryParse(config.SourceRange.AsSpan(), out var allowed, out error))
        {
            error = $"cannot parse CIDRs {config.SourceRange}: {error}";
            return false;
        }

        // The peer itself needs no text in between.
        ClientAddressStrategy? strategy = null;
        if (config.IpStrategy is { } chosen && chosen != Peer && !ClientAddressStrategy.TryCreate(chosen, out strategy, out error))
        {
            return false;
        }

        filter = new(name, allowed, strategy, (int)status);
        return true;
    }

    public override bool OnRequest(GatewayContext context)
    {
        if (_strategy is null ? _allowed.Contains(context.Connection.Peer.Address) : IsAllowed(_strategy.AddressOf(context)))
        {
            return true;
        }

        context.SetAnswer(_status, _phrase);
        return false;
    }

    // An address of X-Forwarded-For may come with its port.
    private bool IsAllowed(ReadOnlySpan<char> text) =>
        NetworkSet.TryParseAddress(text, out var address) ? _allowed.Contains(address)
            : IPEndPoint.TryParse(text, out var endPoint) && _allowed.Contains(endPoint.Address);

    private static string PhraseOf(int status) =>
        GoReasonPhrase.For(status) is { } phrase && !phrase.StartsWith("status code", StringComparison.Ordinal) ? phrase : ReasonPhrases.GetReasonPhrase(status);
}
