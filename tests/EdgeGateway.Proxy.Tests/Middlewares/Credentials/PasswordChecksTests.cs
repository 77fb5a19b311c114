using System.Net;
using EdgeGateway.Proxy.Middlewares.Credentials;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Credentials;

public sealed class PasswordChecksTests
{
    private static readonly IPAddress One = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Other = IPAddress.Parse("10.0.0.2");

    [Fact]
    public async Task Only_so_many_checks_run_and_wait_of_one_address_and_of_all()
    {
        using var checks = new PasswordChecks(width: 1, mostWaiting: 3, mostPerPeer: 2);
        using var hash = new HeldHash();
        var running = checks.VerifyAsync(hash, [], One);
        await hash.Entered;
        var waiting = checks.VerifyAsync(hash, [], One);

        Assert.Null(await checks.VerifyAsync(hash, [], One));
        var other = checks.VerifyAsync(hash, [], Other);
        Assert.Null(await checks.VerifyAsync(hash, [], Other));
        Assert.Equal((1, false, false), (hash.Running, waiting.IsCompleted, other.IsCompleted));

        hash.Release();
        Assert.Equal([true, true, true], await Task.WhenAll(running, waiting, other));
        Assert.Equal(1, hash.MostRunning);
        Assert.True(await checks.VerifyAsync(hash, [], One));
    }

    [Fact]
    public async Task Equal_pairs_are_checked_once_and_remembered()
    {
        var passwords = new CheckedPasswords();
        using var hash = new HeldHash();
        var key = CheckedPasswords.KeyOf("a", "b"u8);
        var first = passwords.CheckAsync(key, hash, [1], One);
        await hash.Entered;
        var second = passwords.CheckAsync(CheckedPasswords.KeyOf("a", "b"u8), hash, [1], Other);
        Assert.False(passwords.TryFind(key, out _));

        hash.Release();
        await Task.WhenAll(first, second);

        Assert.Equal(1, hash.Calls);
        Assert.True(passwords.TryFind(key, out var isRight) && isRight);
        Assert.NotEqual(key, CheckedPasswords.KeyOf("a", "c"u8));
        Assert.NotEqual(CheckedPasswords.KeyOf("ab", ""u8), CheckedPasswords.KeyOf("a", "b"u8));
    }

    [Fact]
    public async Task Wrong_passwords_do_not_push_out_right_ones_and_memory_is_bounded()
    {
        var passwords = new CheckedPasswords();
        var right = CheckedPasswords.KeyOf("a", "right"u8);
        await passwords.CheckAsync(right, new ConstantHash(true), [], One);

        for (var i = 0; i < 3000; i++)
        {
            await passwords.CheckAsync(CheckedPasswords.KeyOf($"{i}", ""u8), new ConstantHash(false), [], One);
        }

        Assert.True(passwords.TryFind(right, out var isRight) && isRight);
        Assert.InRange(Enumerable.Range(0, 3000).Count(i => passwords.TryFind(CheckedPasswords.KeyOf($"{i}", ""u8), out _)), 500, 1024);
    }

    private sealed class ConstantHash(bool answer) : PasswordHash
    {
        public override bool IsSlow => true;

        public override bool Verify(ReadOnlySpan<byte> password) => answer;
    }

    private sealed class HeldHash : PasswordHash, IDisposable
    {
        private readonly ManualResetEventSlim _held = new();
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;

        public int Calls { get; private set; }

        public int Running => Volatile.Read(ref _running);

        public int MostRunning { get; private set; }

        public Task Entered => _entered.Task;

        public override bool IsSlow => true;

        public override bool Verify(ReadOnlySpan<byte> password)
        {
            Calls++;
            MostRunning = Math.Max(MostRunning, Interlocked.Increment(ref _running));
            _entered.TrySetResult();
            _held.Wait();
            Interlocked.Decrement(ref _running);
            return true;
        }

        public void Release() => _held.Set();

        public void Dispose() => _held.Dispose();
    }
}
