using System.Collections.Concurrent;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>One transport per name and settings, kept from snapshot to snapshot: a change elsewhere opens no connection anew.</summary>
public sealed class TransportPool : IDisposable
{
    /// <summary>The transport of services that name none.</summary>
    public const string DefaultName = "default@internal";

    // The old snapshot may still begin a request that it matched just before the swap (dotnet §2.3).
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, UpstreamTransport> _transports = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ITimer, UpstreamTransport> _leaving = new();
    private readonly TimeProvider _time;

    /// <summary>Makes the pool with the static <c>serversTransport</c> as the default.</summary>
    /// <exception cref="InvalidDataException">A certificate cannot be read or a TLS version is unknown; the message names it.</exception>
    public TransportPool(ServersTransportConfig defaults, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _transports[DefaultName] = new(defaults, _time);
    }

    /// <summary>The transport of that qualified name, or null.</summary>
    public UpstreamTransport? Find(string name) => _transports.GetValueOrDefault(name);

    /// <summary>
    /// Puts the named transports of all providers in force, by qualified name. One whose settings stay keeps its connections; the
    /// others are let go after a grace time. The default stays.
    /// </summary>
    /// <returns>What is wrong with a transport, by its name; it is then left out.</returns>
    public IReadOnlyDictionary<string, string> Update(IEnumerable<KeyValuePair<string, ServersTransportConfig>> configs)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var gone = _transports.Keys.Where(static name => name != DefaultName).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, config) in configs)
        {
            gone.Remove(name);
            var before = Find(name);
            if (before is not null && before.Config.Equals(config))
            {
                continue;
            }

            try
            {
                _transports[name] = new(config, _time);
            }
            catch (InvalidDataException e)
            {
                errors[name] = e.Message;
                _transports.TryRemove(name, out _);
            }

            LetGo(before);
        }

        foreach (var name in gone)
        {
            _transports.TryRemove(name, out var transport);
            LetGo(transport);
        }

        return errors;
    }

    /// <summary>Lets every transport that names one of the files read them again.</summary>
    /// <returns>What is wrong with the files of a transport, null for nothing, by its name; a faulty one goes on with what it has.</returns>
    internal IEnumerable<KeyValuePair<string, string?>> Reload(IReadOnlySet<string> changedFiles)
    {
        foreach (var (name, transport) in _transports)
        {
            if (transport.Tls.Files.Any(changedFiles.Contains))
            {
                yield return new(name, transport.Tls.TryReload());
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var transport in _transports.Values.Concat(_leaving.Values))
        {
            transport.Dispose();
        }

        foreach (var timer in _leaving.Keys)
        {
            timer.Dispose();
        }
    }

    private void LetGo(UpstreamTransport? transport)
    {
        if (transport is null)
        {
            return;
        }

        ITimer? own = null;
        own = _time.CreateTimer(
            _ =>
            {
                if (own is { } ended && _leaving.TryRemove(ended, out var old))
                {
                    old.Dispose();
                    ended.Dispose();
                }
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _leaving[own] = transport;
        own.Change(Grace, Timeout.InfiniteTimeSpan);
    }
}
