using System.Net;
using System.Runtime.InteropServices;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>
/// Bounds what strangers can make the gateway compute: half of the processors check passwords, in the order they came, and only so many
/// checks wait, of all and of one address. Who is known already waits for none of them (<see cref="CheckedPasswords"/>).
/// </summary>
/// <param name="width">Checks that run at a time.</param>
/// <param name="mostWaiting">Checks that run or wait.</param>
/// <param name="mostPerPeer">Of these, checks of one address.</param>
internal sealed class PasswordChecks(int width, int mostWaiting, int mostPerPeer) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(width);
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _peers = [];
    private int _waiting;

    /// <summary>Shared by the whole process. At bcrypt's usual cost of 10 (65 ms, measured) the last of 256 waits 17 s on two processors, one from another address than a guesser's 2 s.</summary>
    public static PasswordChecks Shared { get; } = new(Math.Max(1, Environment.ProcessorCount / 2), 256, 32);

    /// <summary>Checks a password; null when too many are waiting.</summary>
    public async Task<bool?> VerifyAsync(PasswordHash hash, byte[] password, IPAddress peer)
    {
        if (!TryEnter(peer))
        {
            return null;
        }

        try
        {
            await _slots.WaitAsync();
            try
            {
                await CpuWork.Shared.EnterAsync();
                try
                {
                    return hash.Verify(password);
                }
                finally
                {
                    CpuWork.Shared.Leave();
                }
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Leave(peer);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();

    private bool TryEnter(IPAddress peer)
    {
        lock (_gate)
        {
            if (_waiting >= mostWaiting || _peers.GetValueOrDefault(peer) >= mostPerPeer)
            {
                return false;
            }

            _waiting++;
            CollectionsMarshal.GetValueRefOrAddDefault(_peers, peer, out _)++;
            return true;
        }
    }

    private void Leave(IPAddress peer)
    {
        lock (_gate)
        {
            _waiting--;
            if (--CollectionsMarshal.GetValueRefOrNullRef(_peers, peer) == 0)
            {
                _peers.Remove(peer);
            }
        }
    }
}
