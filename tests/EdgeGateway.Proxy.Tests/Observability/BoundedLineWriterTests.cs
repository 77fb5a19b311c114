using System.IO.Compression;
using EdgeGateway.Proxy.Observability;
using EdgeGateway.Proxy.Observability.AccessLog;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Observability;

public sealed class BoundedLineWriterTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-lines-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lines_of_many_threads_arrive_whole_and_each_threads_in_order()
    {
        using var target = new MemoryStream();
        var writer = new BoundedLineWriter(target, "test");
        Parallel.For(0, 4, thread =>
        {
            for (var i = 0; i < 1000; i++)
            {
                writer.Write($"{thread} {i} é");
            }
        });
        writer.Close(Limit);
        var lines = System.Text.Encoding.UTF8.GetString(target.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal((4000, 4000L, 0L), (lines.Length, writer.Written, writer.Dropped));
        foreach (var thread in lines.GroupBy(static line => line[0]))
        {
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{thread.Key} {i} é"), thread);
        }
    }

    [Fact]
    public void When_nobody_takes_the_output_writing_goes_on_and_drops_are_counted()
    {
        using var target = new StalledStream();
        var writer = new BoundedLineWriter(target, "test");
        writer.Write("first");
        Assert.True(target.Reached.Wait(Limit));
        var line = new byte[1000];
        for (var i = 0; i < 10_000; i++)
        {
            writer.Write(line);
        }

        // 10 MB against a buffer of 1 MiB.
        Assert.InRange(writer.Dropped, 8_900, 9_000);
        writer.Close(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, writer.Written);
        target.Go.Set();
    }

    [Fact]
    public void A_line_longer_than_the_buffer_is_dropped()
    {
        using var target = new MemoryStream();
        var writer = new BoundedLineWriter(target, "test");
        writer.Write(new string('x', 2_000_000));
        writer.Write("y");
        writer.Close(Limit);
        Assert.Equal((1L, 1L), (writer.Dropped, writer.Written));
    }

    [Fact]
    public void A_target_that_fails_costs_its_lines_only()
    {
        using var target = new StalledStream { Fails = true };
        target.Go.Set();
        var writer = new BoundedLineWriter(target, "test");
        writer.Write("lost");
        writer.Close(Limit);
        Assert.Equal((1L, 0L), (writer.Dropped, writer.Written));
        writer.Write("late");
        Assert.Equal(2, writer.Dropped);
    }

    [Fact]
    public void A_file_is_appended_to_and_opened_anew_after_it_was_moved()
    {
        var path = Path.Combine(_folder, "new", "access.log");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "old\n");
        var writer = BoundedLineWriter.Open(path, "test");
        writer.Write("one");
        Assert.True(SpinWait.SpinUntil(() => writer.Written == 1, Limit));
        File.Move(path, path + ".1");
        writer.Reopen();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(path), Limit));
        writer.Write("two");
        writer.Close(Limit);
        Assert.Equal("old\none\n", File.ReadAllText(path + ".1"));
        Assert.Equal("two\n", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_full_log_file_is_set_aside_and_compressed_and_old_ones_go()
    {
        var path = Path.Combine(_folder, "edge.log");
        File.WriteAllText(Path.Combine(_folder, "edge-2001-01-01T00-00-00.000.log.gz"), "");
        File.WriteAllText(Path.Combine(_folder, "edge-notes.log"), "not ours");
        var rotation = new LogRotation(1, 0, 1, TimeProvider.System);
        var target = LineTarget.OpenFile(path, rotation);
        target.Write(new byte[900_000]);
        target.Write("next\n"u8.ToArray().Concat(new byte[200_000]).ToArray());
        target.Dispose();
        await rotation.Cleaning.WaitAsync(Limit);
        Assert.StartsWith("next\n", File.ReadAllText(path));
        var aside = Assert.Single(Directory.GetFiles(_folder, "*.gz"));
        Assert.DoesNotContain("2001", aside);
        await using var gzip = new GZipStream(File.OpenRead(aside), CompressionMode.Decompress);
        using var content = new MemoryStream();
        await gzip.CopyToAsync(content);
        Assert.Equal(900_000, content.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.True(File.Exists(Path.Combine(_folder, "edge-notes.log")));
    }

    [Fact]
    public void A_usual_access_log_line_costs_no_allocation()
    {
        using var writer = new BoundedLineWriter(Stream.Null, "test");
        var entry = new AccessLogEntry(
            "203.0.113.7", null, DateTimeOffset.UnixEpoch, "GET", "/api?x=1", "HTTP/2.0", 200, 512, null, null, 41, "app@nomad",
            "http://10.0.0.5:20345", TimeSpan.FromMilliseconds(7));
        CommonFormat.Write(entry, generic: false, writer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            CommonFormat.Write(entry, generic: false, writer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(
            "203.0.113.7 - - [01/Jan/1970:00:00:00 +0000] \"GET /api?x=1 HTTP/2.0\" 200 512 \"-\" \"-\" 41 \"app@nomad\" \"http://10.0.0.5:20345\" 7ms",
            CommonFormat.Format(entry));
    }

    [Fact]
    public void A_clients_text_cannot_end_the_line_or_its_field()
    {
        var entry = new AccessLogEntry(
            "a\nb", null, DateTimeOffset.UnixEpoch, "GET", "/" + new string('é', 2000), "HTTP/1.1", 200, 0, "x\" \u0001", null, 1, null, null, default);
        var line = CommonFormat.Format(entry);
        Assert.StartsWith("a\\x0ab - - ", line);
        Assert.Contains("\"x\\\" \\x01\"", line);
        Assert.Contains(new string('é', 2000), line);
    }

    private sealed class StalledStream : MemoryStream
    {
        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim Go { get; } = new();

        public bool Fails { get; init; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Reached.Set();
            Go.Wait();
            if (Fails)
            {
                throw new IOException("no space left");
            }
        }
    }
}
