using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>What is registered, by ID and by name: reading one of ten thousand names must not cost a walk over all. Not thread-safe.</summary>
internal sealed class RegistrationTable
{
    private readonly SortedDictionary<string, Registration> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, Registration>> _byService = new(StringComparer.Ordinal);

    /// <summary>All, ordered by ID.</summary>
    public IEnumerable<Registration> All => _all.Values;

    public Registration? Find(string id) => _all.GetValueOrDefault(id);

    /// <summary>Those of one name, ordered by ID.</summary>
    public IEnumerable<Registration> Of(string service) => _byService.GetValueOrDefault(service)?.Values ?? Enumerable.Empty<Registration>();

    public void Put(Registration registration)
    {
        Remove(registration.Id, out _);
        _all[registration.Id] = registration;
        if (!_byService.TryGetValue(registration.Service, out var same))
        {
            _byService[registration.Service] = same = new(StringComparer.Ordinal);
        }

        same[registration.Id] = registration;
    }

    public bool Remove(string id, [NotNullWhen(true)] out Registration? gone)
    {
        if (!_all.Remove(id, out gone))
        {
            return false;
        }

        var same = _byService[gone.Service];
        same.Remove(id);
        if (same.Count == 0)
        {
            _byService.Remove(gone.Service);
        }

        return true;
    }

    public void Clear()
    {
        _all.Clear();
        _byService.Clear();
    }
}
