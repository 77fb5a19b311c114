using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EdgeGateway.Proxy.Pipeline.Bodies;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline.Bodies;

public sealed class BodyCopyTests
{
    [Fact]
    public async Task What_is_consumed_is_copied_and_can_be_read_again()
    {
        using var copy = new BodyCopy(100, new());
        var reader = new CopyingReader(Reader("hello world"), copy);
        var result = await reader.ReadAsync();
        reader.AdvanceTo(result.Buffer.GetPosition(5), result.Buffer.End);
        Assert.Equal("hello", Text(copy));
        Assert.False(copy.IsWhole);

        Assert.Equal(" world", await RestAsync(reader));
        Assert.True(copy.IsWhole);
        Assert.Equal("hello world", await RestAsync(new ReplayingReader(copy, null)));
        Assert.Equal("hello world", await RestAsync(new ReplayingReader(copy, null)));
    }

    [Fact]
    public async Task A_part_is_followed_by_the_rest_as_it_comes()
    {
        using var copy = new BodyCopy(100, new());
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("one "u8.ToArray());
        var reader = new CopyingReader(pipe.Reader, copy);
        var result = await reader.ReadAsync();
        reader.AdvanceTo(result.Buffer.End);

        var replay = new ReplayingReader(copy, pipe.Reader);
        var rest = RestAsync(replay);
        Assert.False(rest.IsCompleted);
        await pipe.Writer.WriteAsync("two"u8.ToArray());
        await pipe.Writer.CompleteAsync();

        Assert.Equal("one two", await rest);
    }

    [Fact]
    public async Task A_pending_read_of_the_rest_can_be_cancelled()
    {
        using var copy = new BodyCopy(100, new());
        var replay = new ReplayingReader(copy, new Pipe().Reader);
        var reading = replay.ReadAsync();
        replay.CancelPendingRead();
        Assert.True((await reading).IsCanceled);
    }

    [Fact]
    public async Task A_cancellation_that_came_too_late_does_not_meet_the_next_reader()
    {
        using var copy = new BodyCopy(100, new());
        var pipe = new Pipe();
        var stopped = new CopyingReader(pipe.Reader, copy);
        await pipe.Writer.WriteAsync("one "u8.ToArray());
        var read = await stopped.ReadAsync();
        stopped.AdvanceTo(read.Buffer.End);
        stopped.CancelPendingRead(); // nothing is pending

        var rest = RestAsync(new ReplayingReader(copy, new CopyingReader(pipe.Reader, copy)));
        await pipe.Writer.WriteAsync("two"u8.ToArray());
        await pipe.Writer.CompleteAsync();

        Assert.Equal("one two", await rest.WaitAsync(TimeSpan.FromSeconds(10)));
        var own = new CopyingReader(new Pipe().Reader, copy);
        own.CancelPendingRead();
        Assert.True((await own.ReadAsync()).IsCanceled);
    }

    [Fact]
    public async Task A_longer_body_is_passed_on_and_not_kept()
    {
        var memory = new BodyMemory(1 << 20);
        using var copy = new BodyCopy(5, memory);

        Assert.Equal("123456", await RestAsync(new CopyingReader(Reader("123456"), copy)));

        Assert.True(copy.IsTooLong);
        Assert.False(copy.IsWhole);
        Assert.Equal(0, copy.Bytes.Length);
    }

    [Fact]
    public async Task All_copies_together_take_no_more_than_they_may_and_give_it_back()
    {
        var memory = new BodyMemory(total: 8192);
        using var first = new BodyCopy(100_000, memory);
        using var second = new BodyCopy(100_000, memory);
        await RestAsync(new CopyingReader(Reader(new string('a', 5000)), first));
        await RestAsync(new CopyingReader(Reader(new string('b', 5000)), second));
        Assert.True(first.IsWhole);
        Assert.True(second.IsTooLong);

        first.Dispose();
        using var third = new BodyCopy(100_000, memory);
        await RestAsync(new CopyingReader(Reader(new string('c', 5000)), third));
        Assert.True(third.IsWhole);
    }

    [Fact]
    public async Task An_empty_body_is_whole()
    {
        using var copy = new BodyCopy(0, new());
        await RestAsync(new CopyingReader(Reader(""), copy));
        Assert.True(copy.IsWhole);
        Assert.Equal("", await RestAsync(new ReplayingReader(copy, null)));
    }

    private static PipeReader Reader(string text) => PipeReader.Create(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text)));

    private static string Text(BodyCopy copy) => Encoding.ASCII.GetString(copy.Bytes.Span);

    private static async Task<string> RestAsync(PipeReader reader)
    {
        var text = new StringBuilder();
        while (true)
        {
            var result = await reader.ReadAsync();
            Assert.False(result.IsCanceled);
            text.Append(Encoding.ASCII.GetString(result.Buffer));
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return text.ToString();
            }
        }
    }
}
