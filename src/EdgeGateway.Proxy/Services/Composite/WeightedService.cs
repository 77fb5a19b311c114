using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services.Sticky;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>
/// <c>weighted</c>: its members take turns by weight, earliest deadline first; a member without a server that is up lets its turn pass.
/// With <c>sticky</c> a client stays with its member, whose own cookie may keep it on a server (runtime-behaviour §3.5).
/// </summary>
internal sealed class WeightedService : HttpServiceModel
{
    private readonly Lock _gate = new();
    private readonly ServiceMember[] _members;
    private readonly StickyCookie? _cookie;
    private readonly StickyTable<ServiceMember>? _sticky;
    private readonly bool _reports;
    private double _now;

    /// <summary>Makes it.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="members">Members that have a share.</param>
    /// <param name="cookie">Null = not sticky.</param>
    /// <param name="reports">True: its health is known to a service above.</param>
    /// <param name="before">What served under the name before: members that stay go on where they were.</param>
    public WeightedService(string name, ServiceMember[] members, StickyCookie? cookie, bool reports, WeightedService? before)
        : base(name)
    {
        _members = members;
        _cookie = cookie;
        _sticky = cookie is null ? null : new(cookie, members.Select(static member => (member.Name, member)));
        _reports = reports;
        foreach (var member in members)
        {
            member.Deadline = 1.0 / member.Weight;
        }

        before?.HandOver(this);
    }

    /// <inheritdoc />
    public override bool IsUp => Array.Exists(_members, static member => member.Model.IsUp);

    /// <inheritdoc />
    internal override string? HealthUnknown => _reports ? null : "healthCheck not enabled in config for this weighted service";

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context)
    {
        if (Kept(context) is { } kept)
        {
            return kept.Model.HandleAsync(context);
        }

        if (Next() is not { } member)
        {
            return ErrorAnswer.PlainAsync(context, StatusCodes.Status503ServiceUnavailable, "no available server");
        }

        Keep(context, member);
        return member.Model.HandleAsync(context);
    }

    /// <summary>The member whose turn it is; null when none is up.</summary>
    internal ServiceMember? Next()
    {
        lock (_gate)
        {
            ServiceMember? best = null;
            foreach (var member in _members)
            {
                if (!member.Model.IsUp)
                {
                    continue;
                }

                if (member.Deadline < _now)
                {
                    member.Deadline = _now + (1.0 / member.Weight); // it was down: what it missed is not made up for
                }

                best = best is null || member.Deadline < best.Deadline ? member : best;
            }

            if (best is not null)
            {
                _now = best.Deadline;
                best.Deadline += 1.0 / best.Weight;
            }

            return best;
        }
    }

    private ServiceMember? Kept(GatewayContext context)
    {
        if (_sticky is null || !_sticky.TryFind(_cookie!.In(context.Http.Request.Headers.Cookie), out var member, out var isOld) || !member.Model.IsUp)
        {
            return null;
        }

        if (isOld)
        {
            Keep(context, member);
        }

        return member;
    }

    private void Keep(GatewayContext context, ServiceMember member)
    {
        if (_sticky?.LineOf(member) is { } line)
        {
            context.SetStickyCookie(this, line);
        }
    }

    private void HandOver(WeightedService next)
    {
        lock (_gate)
        {
            next._now = _now;
            foreach (var member in next._members)
            {
                member.Deadline = Array.Find(_members, old => old.Name == member.Name && old.Weight == member.Weight)?.Deadline ?? (_now + member.Deadline);
            }
        }
    }
}
