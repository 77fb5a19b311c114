using EdgeGateway.Proxy.Middlewares.Buffering;
using EdgeGateway.Proxy.Pipeline.Bodies;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Buffering;

public sealed class SpooledBodyTests
{
    private const int Total = 1 << 20;

    [Property(MaxTest = 60)]
    public async Task Whatever_went_in_comes_out_any_number_of_times(byte[][] pieces, ushort inMemory, ushort repeat)
    {
        var memory = new BodyMemory(Total);
        using (var body = new SpooledBody(0, inMemory, memory))
        {
            using var all = new MemoryStream();
            foreach (var piece in pieces)
            {
                var bytes = Enumerable.Repeat(piece, 1 + (repeat % 2000)).SelectMany(static p => p).ToArray();
                Assert.True(await body.AddAsync(bytes));
                all.Write(bytes);
            }

            Assert.Equal(all.Length, body.Length);
            Assert.Equal(Math.Min(inMemory, all.Length), body.LengthInMemory);
            for (var time = 0; time < 2; time++)
            {
                using var reader = new SpooledReader(body);
                using var read = new MemoryStream();
                await reader.CopyToAsync(read);
                Assert.Equal(all.ToArray(), read.ToArray());
            }
        }

        Assert.True(memory.TryTake(Total), "memory was not given back");
    }

    [Theory]
    [InlineData(10, 10, true)]
    [InlineData(10, 11, false)]
    [InlineData(0, 100_000, true)]
    public async Task Exactly_the_limit_is_taken(int most, int length, bool isTaken)
    {
        using var body = new SpooledBody(most, 4, new());
        var all = true;
        for (var i = 0; i < length && all; i += 5)
        {
            all = await body.AddAsync(new byte[Math.Min(5, length - i)]);
        }

        Assert.Equal((isTaken, !isTaken, isTaken ? length : 0), (all, body.IsTooLong, body.Length));
    }

    [Fact]
    public async Task No_more_memory_is_taken_than_said_and_the_file_begins_early_where_all_is_short()
    {
        var memory = new BodyMemory(96 * 1024);
        using var first = new SpooledBody(0, 64 * 1024, memory);
        using var second = new SpooledBody(0, 64 * 1024, memory);
        foreach (var body in (SpooledBody[])[first, second])
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.True(await body.AddAsync(Enumerable.Repeat((byte)i, 1000).ToArray()));
            }
        }

        Assert.Equal(64 * 1024, first.LengthInMemory);
        Assert.InRange(second.LengthInMemory, 0, 32 * 1024);
        using var reader = new SpooledReader(second);
        using var read = new MemoryStream();
        await reader.CopyToAsync(read);
        Assert.Equal(Enumerable.Range(0, 100).SelectMany(static i => Enumerable.Repeat((byte)i, 1000)), read.ToArray());
    }

    [Fact]
    public async Task The_file_has_no_name_and_is_nobody_elses()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using (var body = new SpooledBody(0, 4, new()))
        {
            Assert.True(await body.AddAsync(new byte[100_000]));

            var (name, link) = Assert.Single(OwnFiles());
            Assert.EndsWith(".body (deleted)", name, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(link));
            Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "edge-gateway-*.body"));
        }

        Assert.Empty(OwnFiles());
    }

    [Fact]
    public async Task A_read_that_is_cancelled_says_so_once()
    {
        using var body = new SpooledBody(0, 4, new());
        Assert.True(await body.AddAsync(new byte[100]));
        using var reader = new SpooledReader(body);
        reader.CancelPendingRead();
        var cancelled = await reader.ReadAsync();
        Assert.True(cancelled.IsCanceled);
        reader.AdvanceTo(cancelled.Buffer.Start);
        var read = await reader.ReadAtLeastAsync(1);
        Assert.False(read.IsCanceled);
        Assert.Equal(4, read.Buffer.Length);
    }

    // This process's open files by what they are: tests of other classes run beside this one, but none of them keeps a body.
    private static List<(string Name, string Link)> OwnFiles()
    {
        List<(string, string)> files = [];
        foreach (var link in Directory.GetFiles("/proc/self/fd"))
        {
            if (new FileInfo(link).LinkTarget is { } name && name.Contains("/edge-gateway-", StringComparison.Ordinal) && name.Contains(".body", StringComparison.Ordinal))
            {
                files.Add((name, link));
            }
        }

        return files;
    }
}
