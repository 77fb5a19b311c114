using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>
/// Remembers what slow checks of one user table said, so that a browser's hundred requests cost one. A pair of name and password is known by
/// its HMAC under a key of this process: neither passwords nor their hashes can be read from memory, nor looked up from outside. Equal pairs that come at
/// the same time are checked once.
/// </summary>
internal sealed class CheckedPasswords
{
    // Right and wrong ones each: strangers who try passwords do not push out those who have one.
    private const int Most = 1024;

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private readonly ConcurrentDictionary<PairKey, bool> _right = new();
    private readonly ConcurrentDictionary<PairKey, bool> _wrong = new();
    private readonly ConcurrentDictionary<PairKey, Task<bool?>> _running = new();

    /// <summary>The key of a pair.</summary>
    public static PairKey KeyOf(string name, ReadOnlySpan<byte> password)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key);
        hmac.AppendData(Encoding.UTF8.GetBytes(name));
        hmac.AppendData("\0"u8);
        hmac.AppendData(password);
        Span<byte> mac = stackalloc byte[32];
        hmac.GetHashAndReset(mac);
        return PairKey.From(mac);
    }

    /// <summary>True when the pair was checked; <paramref name="isRight"/> is what the check said.</summary>
    public bool TryFind(PairKey key, out bool isRight)
    {
        isRight = _right.ContainsKey(key);
        return isRight || _wrong.ContainsKey(key);
    }

    /// <summary>Checks a pair off this thread; null when too many checks are waiting.</summary>
    public Task<bool?> CheckAsync(PairKey key, PasswordHash hash, byte[] password, IPAddress peer)
    {
        var own = new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _running.GetOrAdd(key, own.Task);
        if (ReferenceEquals(running, own.Task))
        {
            _ = RunAsync(own, key, hash, password, peer);
        }

        return running;
    }

    private async Task RunAsync(TaskCompletionSource<bool?> result, PairKey key, PasswordHash hash, byte[] password, IPAddress peer)
    {
        try
        {
            var isRight = await PasswordChecks.Shared.VerifyAsync(hash, password, peer);
            if (isRight is { } known)
            {
                Remember(known ? _right : _wrong, key);
            }

            result.SetResult(isRight);
        }
        catch (Exception e)
        {
            result.SetException(e);
        }
        finally
        {
            _running.TryRemove(key, out _);
            CryptographicOperations.ZeroMemory(password);
        }
    }

    private static void Remember(ConcurrentDictionary<PairKey, bool> table, PairKey key)
    {
        if (table.Count >= Most)
        {
            // Which ones go is of no matter: they are checked once more.
            foreach (var (old, _) in table.Take(Most / 8))
            {
                table.TryRemove(old, out _);
            }
        }

        table[key] = true;
    }

    /// <summary>An HMAC-SHA256 as a key.</summary>
    internal readonly record struct PairKey(Int128 First, Int128 Second)
    {
        /// <summary>The key of 32 bytes.</summary>
        public static PairKey From(ReadOnlySpan<byte> mac) => new(
            System.Buffers.Binary.BinaryPrimitives.ReadInt128LittleEndian(mac), System.Buffers.Binary.BinaryPrimitives.ReadInt128LittleEndian(mac[16..]));
    }
}
