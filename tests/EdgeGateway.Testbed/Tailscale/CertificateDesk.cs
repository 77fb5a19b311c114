using System.Collections.Concurrent;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>
/// tailscaled's certificate cache and orders, as measured (reference §4.3, 4.4): an unexpired pair is handed out at once; past two
/// thirds of its life the call that notices starts a renewal behind the scenes and still gets the old one; an expired one is never
/// handed out; a synchronous order belongs to the call and ends with it; names are independent.
/// </summary>
internal sealed class CertificateDesk(TestCertificateAuthority authority, TailscaledOptions options)
{
    private readonly ConcurrentDictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CertFault> _faults = new(StringComparer.Ordinal);

    /// <summary>A first order began or ended: the health warning changes.</summary>
    public event Action? PendingChanged;

    /// <summary>Names with an order and no usable pair.</summary>
    public IReadOnlyList<string> Pending => [.. _shelves.Where(s => s.Value.FirstOrders > 0).Select(s => s.Key).Order(StringComparer.Ordinal)];

    public TimeSpan Lifetime { get; set; } = options.Lifetime;

    public TimeSpan OrderTime { get; set; } = options.OrderTime;

    public int Calls(string name) => _shelves.TryGetValue(name, out var shelf) ? shelf.Calls : 0;

    public int Orders(string name) => _shelves.TryGetValue(name, out var shelf) ? shelf.Orders : 0;

    public IReadOnlyDictionary<string, (int Calls, int Orders)> Counters => _shelves.ToDictionary(s => s.Key, s => (s.Value.Calls, s.Value.Orders));

    public void SetFault(string name, CertFault? fault)
    {
        if (fault is null)
        {
            _faults.TryRemove(name, out _);
        }
        else
        {
            _faults[name] = fault;
        }
    }

    /// <summary>Replaces the cached pair now, as a finished renewal would.</summary>
    public void Renew(string name)
    {
        var shelf = _shelves.GetOrAdd(name, _ => new Shelf());
        shelf.Pair = Issue(name, shelf);
    }

    public void Count(string name) => Interlocked.Increment(ref _shelves.GetOrAdd(name, _ => new Shelf()).Calls);

    /// <summary>The pair, or null with the fault that the call meets.</summary>
    public async Task<(IssuedPair? Pair, CertFault? Fault)> GetAsync(string name, TimeSpan minValidity, CancellationToken caller)
    {
        var shelf = _shelves.GetOrAdd(name, _ => new Shelf());
        if (TakeFault(name, everyCall: true) is { } always)
        {
            return (null, always);
        }

        var now = DateTimeOffset.UtcNow;
        if (shelf.Pair is { } cached && cached.NotAfter > now && cached.NotAfter - now >= minValidity)
        {
            if (now >= cached.NotBefore + ((cached.NotAfter - cached.NotBefore) * 2 / 3) && Interlocked.Exchange(ref shelf.Renewing, 1) == 0)
            {
                _ = RenewBehindAsync(name, shelf);
            }

            return (cached, null);
        }

        await shelf.OneOrder.WaitAsync(caller);
        try
        {
            if (shelf.Pair is { } fresh && fresh.NotAfter > now && fresh.NotBefore > now.AddSeconds(-1) && minValidity == TimeSpan.Zero)
            {
                return (fresh, null); // somebody else's order while this call queued
            }

            return await OrderAsync(name, shelf, caller);
        }
        finally
        {
            shelf.OneOrder.Release();
        }
    }

    private async Task<(IssuedPair? Pair, CertFault? Fault)> OrderAsync(string name, Shelf shelf, CancellationToken caller)
    {
        var first = shelf.Pair is null || shelf.Pair.NotAfter <= DateTimeOffset.UtcNow;
        if (first)
        {
            Interlocked.Increment(ref shelf.FirstOrders);
            PendingChanged?.Invoke();
        }

        try
        {
            if (TakeFault(name, everyCall: false) is { } fault)
            {
                if (fault.Kind == CertFaultKind.Hang)
                {
                    await Task.Delay(Timeout.Infinite, caller);
                }

                return (null, fault);
            }

            await Task.Delay(OrderTime, caller);
            return (shelf.Pair = Issue(name, shelf), null);
        }
        finally
        {
            if (first)
            {
                Interlocked.Decrement(ref shelf.FirstOrders);
                PendingChanged?.Invoke();
            }
        }
    }

    private async Task RenewBehindAsync(string name, Shelf shelf)
    {
        await shelf.OneOrder.WaitAsync();
        try
        {
            var fault = TakeFault(name, everyCall: false);
            if (fault is null)
            {
                await Task.Delay(OrderTime);
                shelf.Pair = Issue(name, shelf);
            }
        }
        finally
        {
            Volatile.Write(ref shelf.Renewing, 0);
            shelf.OneOrder.Release();
        }
    }

    private IssuedPair Issue(string name, Shelf shelf)
    {
        Interlocked.Increment(ref shelf.Orders);
        return authority.Issue(name, Lifetime, options.Backdate, options.RsaKeys);
    }

    private CertFault? TakeFault(string name, bool everyCall)
    {
        foreach (var key in new[] { name, "" })
        {
            if (_faults.TryGetValue(key, out var fault) && fault.EveryCall == everyCall)
            {
                if (fault.Times > 0)
                {
                    SetFault(key, fault.Times == 1 ? null : fault with { Times = fault.Times - 1 });
                }

                return fault;
            }
        }

        return null;
    }

    private sealed class Shelf
    {
        public readonly SemaphoreSlim OneOrder = new(1, 1);
        public volatile IssuedPair? Pair;
        public int Calls;
        public int Orders;
        public int FirstOrders;
        public int Renewing;
    }
}
