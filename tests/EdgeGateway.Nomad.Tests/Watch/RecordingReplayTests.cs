using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeGateway.Nomad.Client;
using EdgeGateway.Nomad.Watch;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Watch;

/// <summary>Each recording is replayed as a whole; the poller of the recording says what the table must hold at each index.</summary>
public sealed class RecordingReplayTests
{
    public static TheoryData<string> All => [.. Recordings.Names()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_complete_stream_line_of_a_recording_is_understood(string file)
    {
        foreach (var line in Lines(file, static _ => true))
        {
            var batch = new EventBatch();
            EventLineParser.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), batch);

            // A heartbeat is the only line without an index, and Nomad's own lines always say what changed.
            Assert.Equal(line == "{}", batch.Index == 0);
            Assert.False(batch.Vague);
            Assert.Equal(Occurrences(line, "\"Topic\":\"Service\""), batch.Events.Count);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Events_alone_give_the_list_that_the_poller_saw_at_each_index(string file)
    {
        var steps = Recordings.Steps(file);
        var lines = new Queue<EventBatch>(Lines(file, static stream => stream == "s1-service").Select(Parsed));
        var table = new InstanceTable(TimeProvider.System, TimeSpan.FromMinutes(1));
        var (compared, seeded) = (0, false);
        foreach (var step in steps.Where(static s => s.TryGetProperty("poll", out var poll) && poll.GetString()!.StartsWith("service/", StringComparison.Ordinal)))
        {
            if (lines.Count == 0 || !step.TryGetProperty("response", out var response))
            {
                continue;
            }

            var name = step.GetProperty("poll").GetString()!["service/".Length..];
            var index = ulong.Parse(
                response.GetProperty("headers").EnumerateArray().First(static h => h[0].GetString() == "X-Nomad-Index")[1].GetString()!, CultureInfo.InvariantCulture);
            if (index == 0)
            {
                continue;
            }

            while (lines.Count > 0 && lines.Peek().Index <= index)
            {
                Assert.False(table.Apply(lines.Dequeue()).Doubtful);
            }

            List<NomadInstance> listed = [.. JsonSerializer.Deserialize(response.GetProperty("body").GetString()!, NomadJson.Default.ListRegistrationJson)!
                .Select(NomadClient.ToInstance).OfType<NomadInstance>()];
            if (!seeded)
            {
                // What was there before the stream, as the watch reads it at the start of a session.
                seeded = true;
                table.Apply(new NomadSnapshot(index, [new ReadService(name, index, listed)], new HashSet<string>()));
            }

            var expected = listed.OrderBy(static i => i.Id, StringComparer.Ordinal).Select(Show);
            Assert.Equal(expected, table.ToArray().Where(i => i.ServiceName == name).OrderBy(static i => i.Id, StringComparer.Ordinal).Select(Show));
            compared++;
        }

        // b1–b7 all have such polls; a recording without stream or poller has nothing to compare.
        Assert.True(compared > 0 || !(file[0] == 'b' && file[1] is >= '1' and <= '7' && file[2] == '-'), file);
    }

    [Fact]
    public void An_allocation_restart_keeps_the_instance_and_counts_as_a_start()
    {
        var table = new InstanceTable(TimeProvider.System, TimeSpan.FromMinutes(1));
        foreach (var line in Lines("b6-restart-crash.json", static stream => stream == "s1-service").Select(Parsed).TakeWhile(static b => b.Index <= 228))
        {
            table.Apply(line);
        }

        var restarted = Assert.Single(table.ToArray(), static i => i.Restarts > 0);
        Assert.Equal(1, restarted.Restarts);
        Assert.NotNull(restarted.StartedAt);
        Assert.StartsWith("d1d7346a", restarted.AllocId, StringComparison.Ordinal);
    }

    private static string Show(NomadInstance instance) =>
        $"{instance.Id} {instance.Address}:{instance.Port} {instance.CreateIndex} [{string.Join(", ", instance.Tags)}]";

    private static EventBatch Parsed(string line)
    {
        var batch = new EventBatch();
        EventLineParser.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), batch);
        return batch;
    }

    private static IEnumerable<string> Lines(string file, Func<string, bool> which)
    {
        foreach (var step in Recordings.Steps(file))
        {
            if (step.TryGetProperty("stream", out var stream) && which(stream.GetString()!) && step.TryGetProperty("line", out var line))
            {
                yield return line.GetString()!;
            }
        }
    }

    private static int Occurrences(string text, string part) => (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;
}
