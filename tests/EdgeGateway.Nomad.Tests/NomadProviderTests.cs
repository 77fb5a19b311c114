using System.Diagnostics;
using EdgeGateway.Testbed.Nomad;
using Xunit;
using Xunit.Abstractions;

namespace EdgeGateway.Nomad.Tests;

/// <summary>The provider as a black box: what Nomad does goes in over real sockets, messages come out.</summary>
public sealed class NomadProviderTests(ITestOutputHelper output)
{
    private static readonly NomadFaultMode[] Outages =
    [
        NomadFaultMode.Hang, NomadFaultMode.NoLeader, NomadFaultMode.TooMany, NomadFaultMode.Malformed, NomadFaultMode.NotCredible,
        NomadFaultMode.Refuse, NomadFaultMode.Forbidden,
    ];

    public static TheoryData<NomadFaultMode, string> OutageCodes => new()
    {
        { NomadFaultMode.Hang, "EG-NOMAD-TIMEOUT" },
        { NomadFaultMode.NoLeader, "EG-NOMAD-5XX" },
        { NomadFaultMode.TooMany, "EG-NOMAD-429" },
        { NomadFaultMode.Malformed, "EG-NOMAD-JSON" },
        { NomadFaultMode.NotCredible, "EG-NOMAD-INDEX0" },
        { NomadFaultMode.Refuse, "EG-NOMAD-UNREACHABLE" },
        { NomadFaultMode.Forbidden, "EG-NOMAD-403" },
    };

    [Fact]
    public async Task What_is_registered_at_the_start_is_the_first_message()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080, "x=1");
        nomad.Register("b", "api", 8081);
        await using var provider = RunningProvider.On(nomad);
        await provider.FirstAnswer.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["b", "a"], Assert.Single(provider.Published).Select(static i => i.Id));
        Assert.Equal(["x=1"], provider.Latest[1].Tags);
        Assert.All(provider.Latest, static i => Assert.Null(i.StartedAt));
    }

    [Fact]
    public async Task An_empty_cluster_is_an_answer_too()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        await using var provider = RunningProvider.On(nomad);
        await provider.FirstAnswer.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(Assert.Single(provider.Published));
    }

    [Fact]
    public async Task A_Nomad_that_is_away_at_the_start_does_not_hold_the_start_and_is_found_when_it_comes()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        nomad.Fault = NomadFaultMode.Refuse;
        await using var provider = RunningProvider.On(nomad);
        await provider.FirstAnswer.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(provider.Published);
        nomad.Fault = NomadFaultMode.None;
        await provider.UntilIdsAsync("a");
    }

    [Fact]
    public async Task Changes_are_published_from_events_without_reading()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        await using var provider = RunningProvider.On(nomad);
        await provider.ConnectedAsync();
        var reads = nomad.Calls.GetValueOrDefault("/v1/service/:name");
        nomad.Register("a", "web", 8080);
        await provider.UntilIdsAsync("a");
        nomad.UpdateTags("a", "t");
        await provider.UntilAsync(static list => list is [{ Tags: ["t"] }], "the tag");
        nomad.Register("b", "web", 8081);
        nomad.Lose("a");
        await provider.UntilIdsAsync("b");
        nomad.Deregister("b");
        await provider.UntilIdsAsync();
        Assert.Equal(reads, nomad.Calls.GetValueOrDefault("/v1/service/:name"));
    }

    [Theory]
    [MemberData(nameof(OutageCodes))]
    public async Task An_outage_keeps_the_last_good_list_is_told_once_and_ends_with_what_changed_meanwhile(NomadFaultMode fault, string code)
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        nomad.Register("b", "web", 8081);
        await using var provider = RunningProvider.On(nomad, RunningProvider.For(fault));
        await provider.UntilIdsAsync("a", "b");
        await provider.ConnectedAsync();
        var before = provider.Latest;

        nomad.Fault = fault;
        nomad.Deregister("b");
        nomad.Register("c", "api", 8082);
        await provider.LoggedAsync(code);
        Assert.Same(before[0], provider.Latest[0]);
        Assert.All(provider.Published, static list => Assert.NotEmpty(list));

        nomad.Fault = NomadFaultMode.None;
        await provider.UntilIdsAsync("a", "c");
        await provider.LoggedAsync("is well again");
        Assert.Same(before[0], provider.Latest[1]);
        Assert.Single(provider.Log.Lines, line => line.Contains(code + " ", StringComparison.Ordinal));
        Assert.Single(provider.Log.Lines, static line => line.Contains("is well again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_outage_after_the_other_does_no_harm()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        await using var provider = RunningProvider.On(nomad);
        await provider.UntilIdsAsync("a");
        foreach (var fault in Outages)
        {
            nomad.Fault = fault;
            await provider.LoggedAsync(" ");
            nomad.Register(fault.ToString(), "web", 9000);
            nomad.Fault = NomadFaultMode.None;
            await provider.UntilAsync(list => list.Any(i => i.Id == fault.ToString()), fault.ToString());
        }

        Assert.Equal(Outages.Length + 1, provider.Latest.Length);
        Assert.All(provider.Published, static list => Assert.Contains(list, static i => i.Id == "a"));
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_noticed_and_what_it_hid_is_found()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        // The watchdog is out of the way: only the missing heartbeat can tell.
        await using var provider = RunningProvider.On(nomad, RunningProvider.ShortHello with { StreamIdle = TimeSpan.FromMilliseconds(700) });
        await provider.ConnectedAsync();
        nomad.Fault = NomadFaultMode.SilentStream;
        nomad.Register("b", "web", 8081);
        await provider.LoggedAsync("EG-NOMAD-SILENT");
        await provider.UntilIdsAsync("a", "b");
    }

    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    public async Task The_watchdog_finds_what_a_lossy_stream_does_not_tell(string service)
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        await using var provider = RunningProvider.On(nomad, RunningProvider.ShortLag);
        await provider.ConnectedAsync();
        nomad.Fault = NomadFaultMode.LossyStream;
        // Of the same name and tags: the list of names does not show it, only its index.
        nomad.Register("b", service, 8081);
        await provider.UntilIdsAsync("a", "b");
        await provider.LoggedAsync("EG-NOMAD-SILENT");
    }

    [Fact]
    public async Task Instances_that_are_collected_without_an_event_go()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        nomad.Register("b", "web", 8081);
        await using var provider = RunningProvider.On(nomad, RunningProvider.ShortLag);
        await provider.ConnectedAsync();
        nomad.Collect("b");
        await provider.UntilIdsAsync("a");
    }

    [Fact]
    public async Task What_neither_an_event_nor_an_index_tells_is_found_by_the_periodic_look()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        nomad.Register("b", "api", 8081);
        await using var provider = RunningProvider.On(nomad, RunningProvider.Quick with { Resync = TimeSpan.FromSeconds(1) });
        await provider.ConnectedAsync();
        nomad.Vanish("b");
        await provider.UntilIdsAsync("a");
    }

    [Fact]
    public async Task Writes_in_other_namespaces_cost_ever_fewer_looks()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        await using var provider = RunningProvider.On(nomad, RunningProvider.ShortLag);
        await provider.ConnectedAsync();
        for (var i = 0; i < 5; i++)
        {
            nomad.WriteElsewhere();
            // A change of ours wakes the watchdog, which then sees the foreign index.
            nomad.Register("x" + i, "web", 9000 + i);
            await provider.UntilAsync(list => list.Length == 2 + i, "the change");
            await Task.Delay(RunningProvider.Quick.WatchdogSpacing * 2);
        }

        Assert.True(nomad.Calls["/v1/service/:name"] <= 2, $"{nomad.Calls["/v1/service/:name"]} reads");
    }

    [Theory]
    [InlineData(NomadFaultMode.SilentStream)]
    [InlineData(NomadFaultMode.BrokenStreamHead)]
    public async Task Without_a_usable_stream_blocking_queries_watch_and_the_stream_is_taken_up_again(NomadFaultMode fault)
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        nomad.Fault = fault;
        await using var provider = RunningProvider.On(nomad, RunningProvider.ShortHello with { StreamRetry = TimeSpan.FromSeconds(1) });
        await provider.UntilIdsAsync("a");
        await provider.LoggedAsync("EG-NOMAD-STREAM ");
        await provider.LoggedAsync("by blocking queries");
        nomad.Register("b", "web", 8081);
        await provider.UntilIdsAsync("a", "b");
        nomad.Deregister("a");
        await provider.UntilIdsAsync("b");
        nomad.Fault = NomadFaultMode.None;
        await provider.LoggedAsync("is well again");
        var reads = nomad.Calls["/v1/service/:name"];
        nomad.Register("c", "web", 8082);
        await provider.UntilIdsAsync("b", "c");
        Assert.Equal(reads, nomad.Calls["/v1/service/:name"]);
    }

    [Fact]
    public async Task A_silent_stream_at_the_start_does_not_hold_the_first_answer()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        nomad.Fault = NomadFaultMode.SilentStream;
        await using var provider = RunningProvider.On(nomad, new NomadTimings());
        await provider.FirstAnswer.WaitAsync(TimeSpan.FromSeconds(1.5));
        Assert.Equal("a", Assert.Single(provider.Latest).Id);
    }

    [Fact]
    public async Task A_start_before_the_stream_speaks_reads_again_only_what_was_read_too_early()
    {
        const int Early = 50;
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 1000).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, []))]);
        var (begun, early, going, hello) = (0, New(), New(), New());
        nomad.BeforeHello = () => hello.Task;
        nomad.BeforeRead = async _ =>
        {
            if (Interlocked.Increment(ref begun) == Early)
            {
                early.SetResult();
            }

            if (Volatile.Read(ref begun) >= Early)
            {
                await going.Task;
            }
        };
        await using var provider = RunningProvider.On(nomad, new NomadTimings { StreamHello = TimeSpan.FromMinutes(1) });
        await early.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // Gone without an event, between its read and the stream's first word: nothing but a second read can tell.
        var first = nomad.Targets.Where(static target => target.StartsWith("/v1/service/", StringComparison.Ordinal)).Select(static target => target.Split('-', '?')[1]).First();
        nomad.Collect($"s{first}");
        hello.SetResult();
        await Task.Delay(200); // lets the gateway hear it; late, it only reads a few more, for which there is room below
        going.SetResult();

        await provider.ConnectedAsync();
        await provider.UntilAsync(list => list.Length == 999 && !list.Any(x => x.Id == $"s{first}"), "all but the one that went");
        Assert.InRange(nomad.Calls["/v1/service/:name"], 1000, 1000 + (2 * Early));
    }

    [Fact]
    public async Task A_stream_that_is_silent_at_the_start_costs_no_second_look()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 20).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, []))]);
        nomad.Fault = NomadFaultMode.SilentStream;
        await using var provider = RunningProvider.On(nomad, new NomadTimings { StreamHello = TimeSpan.FromMilliseconds(500) });
        await provider.ConnectedAsync();
        Assert.Equal(20, nomad.Calls["/v1/service/:name"]);
        nomad.Register("late", "late", 8080);
        await provider.UntilAsync(static list => list.Any(static x => x.Id == "late"), "a change while blocking queries do the watching");
    }

    [Fact]
    public async Task A_first_line_that_comes_late_but_while_everything_is_read_is_good_enough()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 20).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, []))]);
        var (hello, reading, going) = (new TaskCompletionSource(), New(), New());
        nomad.BeforeHello = () => hello.Task;
        nomad.BeforeRead = _ =>
        {
            reading.TrySetResult();
            return going.Task;
        };
        await using var provider = RunningProvider.On(
            nomad, new NomadTimings { StreamHello = TimeSpan.FromSeconds(0.5), FirstLookPatience = TimeSpan.FromSeconds(0.6) });
        await reading.Task.WaitAsync(TimeSpan.FromSeconds(30)); // its time is over
        hello.SetResult();
        going.SetResult();
        await provider.LoggedAsync("by event stream");
        Assert.DoesNotContain(provider.Log.Lines, static line => line.Contains("EG-NOMAD-STREAM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_stream_what_the_list_shows_of_a_thousand_services_does_not_wait_until_all_are_read()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 1000).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, []))]);
        nomad.Fault = NomadFaultMode.SilentStream;
        await using var provider = RunningProvider.On(nomad, RunningProvider.ShortHello with { StreamRetry = TimeSpan.FromMinutes(10), Read = TimeSpan.FromMinutes(1) });
        await provider.UntilAsync(static list => list.Length == 1000, "all");
        await provider.LoggedAsync("by blocking queries");

        // From here on every read of a service that did not change is held back.
        var going = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        nomad.BeforeRead = name => name is "service-7" or "new" ? Task.CompletedTask : going.Task;
        nomad.Register([new("s7", "service-7", "job", "127.0.0.1", 10007, ["tag"]), new("n", "new", "job", "127.0.0.1", 9999, [])]);
        nomad.Deregister("s8");
        await provider.UntilAsync(
            static list => list.Length == 1000 && list.Any(static x => x is { Id: "s7", Tags: ["tag"] }) && list.Any(static x => x.Id == "n") && !list.Any(static x => x.Id == "s8"),
            "what the list shows");

        // What it does not show comes with the rest.
        nomad.Register(new Registration("s9b", "service-9", "job", "127.0.0.1", 19009, []));
        going.SetResult();
        await provider.UntilAsync(static list => list.Any(static x => x.Id == "s9b"), "an instance under the same tags");
    }

    [Fact]
    public async Task Without_a_stream_and_without_queries_that_wait_Nomad_is_not_asked_without_a_pause()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 1000).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, []))]);
        nomad.Fault = NomadFaultMode.SilentStream;
        nomad.Blocks = false;
        var quick = RunningProvider.ShortHello with { StreamRetry = TimeSpan.FromMinutes(10), Read = TimeSpan.FromMinutes(1) };
        await using var provider = new RunningProvider(new() { Address = nomad.Url, RefreshInterval = TimeSpan.FromSeconds(1) }, quick);
        await provider.LoggedAsync("by blocking queries");
        for (var i = 0; i < 3; i++)
        {
            nomad.Register($"new{i}", $"new{i}", 8080);
            await provider.UntilAsync(list => list.Any(x => x.Id == $"new{i}"), "a name that came");
        }

        // Until everything is read again, a second or more.
        var (asked, read) = (nomad.Calls["/v1/services"], nomad.Calls["/v1/service/:name"]);
        nomad.Register("more", "new0", 8081);
        await provider.UntilAsync(static list => list.Any(static x => x.Id == "more"), "an instance under the same tags");
        Assert.InRange(nomad.Calls["/v1/service/:name"] - read, 1000, int.MaxValue);
        Assert.InRange(nomad.Calls["/v1/services"] - asked, 1, 100);
    }

    [Fact]
    public async Task A_Nomad_that_is_killed_and_replaced_by_an_empty_one_empties_the_list_and_is_followed()
    {
        await using var nomad = await EmbeddedNomad.StartAsync(index: 5000);
        nomad.Register("a", "web", 8080);
        nomad.Register("b", "web", 8081);
        await using var provider = RunningProvider.On(nomad);
        await provider.UntilIdsAsync("a", "b");
        await provider.ConnectedAsync();
        nomad.ReplaceBy(1);
        await provider.UntilIdsAsync();
        await provider.LoggedAsync("EG-NOMAD-REPLACED");
        nomad.Register("b", "web", 8081);
        await provider.UntilIdsAsync("b");
        nomad.Register("c", "web", 8082);
        await provider.UntilIdsAsync("b", "c");
    }

    [Fact]
    public async Task A_snapshot_restored_under_open_connections_is_noticed_although_its_index_is_lower_and_no_stream_says_so()
    {
        await using var nomad = await EmbeddedNomad.StartAsync(index: 200);
        nomad.Register("a", "web", 8080, "new");
        await using var provider = RunningProvider.On(nomad);
        await provider.ConnectedAsync();
        nomad.Restore(150, new Registration("a", "web", "web", "127.0.0.1", 8080, ["old"]));
        await provider.UntilAsync(static list => list is [{ Tags: ["old"] }], "the restored tag");
        nomad.Register("b", "web", 8081);
        await provider.UntilIdsAsync("a", "b");
    }

    [Fact]
    public async Task A_dropped_stream_is_opened_anew_and_nothing_is_lost_in_between()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        await using var provider = RunningProvider.On(nomad);
        await provider.ConnectedAsync();
        for (var i = 0; i < 10; i++)
        {
            nomad.DropStreams();
            nomad.Register($"i{i}", "web", 8080 + i);
            await provider.UntilAsync(list => list.Length == i + 1, $"instance {i}");
        }
    }

    [Fact]
    public async Task A_name_that_cannot_be_read_costs_only_itself()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        // Not in the event buffer, so that only reads can tell of it.
        nomad.ReplaceBy(50, new Registration("a", "web", "web", "127.0.0.1", 8080, []), new Registration("b", "bad", "bad", "127.0.0.1", 8081, []));
        nomad.BrokenService = "bad";
        await using var provider = RunningProvider.On(nomad, RunningProvider.Quick with { DoubtSpacing = TimeSpan.FromMilliseconds(200) });
        await provider.UntilIdsAsync("a");
        nomad.BrokenService = null;
        await provider.UntilIdsAsync("a", "b");
        Assert.Single(provider.Log.Lines, static line => line.Contains("EG-NOMAD-5XX ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_allocation_restart_is_one_instance_that_just_started()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        await using var provider = RunningProvider.On(nomad);
        await provider.ConnectedAsync();
        nomad.Deregister("a");
        nomad.Register("a", "web", 8080);
        await provider.UntilAsync(static list => list is [{ Restarts: 1, StartedAt: not null }], "the restart");
    }

    [Fact]
    public async Task Hundred_changes_among_thousand_services_cost_no_reads_beside_the_watchdog_and_each_is_live()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 1000).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, ["traefik.enable=true"]))]);
        var timings = new NomadTimings();
        await using var provider = RunningProvider.On(nomad, timings);
        await provider.UntilAsync(static list => list.Length == 1000, "the first look");
        await provider.ConnectedAsync();
        var (reads, lists) = (nomad.Calls["/v1/service/:name"], nomad.Calls["/v1/services"]);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            nomad.UpdateTags($"s{i * 10}", "traefik.enable=true", $"v={i}");
            await provider.UntilAsync(list => list.Any(x => x.Id == $"s{i * 10}" && x.Tags.Count == 2), $"change {i}");
            await Task.Delay(20);
        }

        // Long enough for the watchdog's comparison of the last change to be over.
        await Task.Delay(timings.StreamLag + timings.WatchdogSpacing);
        var watchdog = (int)Math.Ceiling(Stopwatch.GetElapsedTime(begun) / timings.WatchdogSpacing) + 1;
        var (moreReads, moreLists) = (nomad.Calls["/v1/service/:name"] - reads, nomad.Calls["/v1/services"] - lists);
        output.WriteLine($"100 changes: {moreReads} reads of services, {moreLists} of the list in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
        Assert.Equal(0, moreReads);
        Assert.True(moreLists <= watchdog, $"{moreLists} lists, at most {watchdog} expected");
    }

    [Fact]
    public async Task Hundred_deploys_in_a_row_end_with_exactly_what_Nomad_lists()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        var quick = new JobTimes { Listen = TimeSpan.Zero, Close = TimeSpan.Zero, Place = TimeSpan.Zero, MinHealthy = TimeSpan.Zero };
        await using var job = new EmbeddedJob(nomad, "web", ["v=0"], quick, static (_, _) => Task.FromResult<IAsyncDisposable>(new NoProgram()));
        await job.ScaleAsync(3);
        await using var provider = RunningProvider.On(nomad);
        await provider.UntilIdsAsync([.. job.Ids]);
        await provider.ConnectedAsync();
        var reads = nomad.Calls["/v1/service/:name"];
        for (var i = 1; i <= 100; i++)
        {
            await job.RollingDeployAsync([$"v={i}"]);
        }

        await provider.UntilIdsAsync([.. job.Ids]);
        Assert.All(provider.Latest, static i => Assert.Equal(["v=100"], i.Tags));
        Assert.Equal(reads, nomad.Calls["/v1/service/:name"]);
    }

    [Fact]
    public async Task A_change_is_published_within_milliseconds_alone_and_in_bursts()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, 1000).Select(static i => new Registration($"s{i}", $"service-{i}", "job", "127.0.0.1", 10000 + i, []))]);
        await using var provider = RunningProvider.On(nomad, new NomadTimings());
        await provider.UntilAsync(static list => list.Length == 1000, "the first look");
        await provider.ConnectedAsync();
        var reads = nomad.Calls["/v1/service/:name"];
        var alone = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            nomad.UpdateTags("s0", $"v={i}");
            var at = await provider.UntilAsync(list => list.Any(x => x.Id == "s0" && x.Tags is [var tag] && tag == $"v={i}"), "the change");
            alone.Add(Stopwatch.GetElapsedTime(begun, at).TotalMilliseconds);
        }

        var bursts = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            for (var n = 0; n < 100; n++)
            {
                nomad.UpdateTags($"s{n}", $"b={i}");
            }

            var at = await provider.UntilAsync(list => list.Count(x => x.Tags is [var tag] && tag == $"b={i}") == 100, "the burst");
            bursts.Add(Stopwatch.GetElapsedTime(begun, at).TotalMilliseconds);
        }

        alone.Sort();
        bursts.Sort();
        output.WriteLine($"alone, from the write at Nomad to publish: p50 {alone[100]:0.00} ms, p99 {alone[197]:0.00} ms, most {alone[^1]:0.00} ms");
        output.WriteLine($"burst of 100 writes, first write to the last one published: p50 {bursts[10]:0.00} ms, most {bursts[^1]:0.00} ms");
        Assert.True(alone[197] < 1000);
        Assert.True(bursts[18] < 1000);
        Assert.Equal(reads, nomad.Calls["/v1/service/:name"]);
    }

    [Fact]
    public async Task A_throttle_collapses_what_comes_meanwhile()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Heartbeat = TimeSpan.FromMilliseconds(200);
        await using var provider = new RunningProvider(new NomadProviderOptions { Address = nomad.Url, ThrottleDuration = TimeSpan.FromMilliseconds(500) });
        await provider.ConnectedAsync();
        for (var i = 0; i < 20; i++)
        {
            nomad.Register($"i{i:00}", "web", 8080 + i);
        }

        await provider.UntilAsync(static list => list.Length == 20, "all");
        Assert.InRange(provider.Published.Count, 2, 3);
    }

    [Fact]
    public async Task A_comma_list_moves_on_to_the_address_that_answers()
    {
        await using var first = await EmbeddedNomad.StartAsync();
        await using var second = await EmbeddedNomad.StartAsync(index: 20);
        (first.Heartbeat, second.Heartbeat) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));
        first.Register("a", "web", 8080);
        second.Register("a", "web", 8080);
        await using var provider = new RunningProvider(new NomadProviderOptions { Address = $"{first.Url},{second.Url}" });
        await provider.UntilIdsAsync("a");
        await provider.ConnectedAsync();
        Assert.Empty(second.Calls);
        first.Fault = NomadFaultMode.Refuse;
        second.Register("b", "web", 8081);
        await provider.UntilIdsAsync("a", "b");
    }

    [Fact]
    public async Task Region_namespace_stale_and_wait_are_sent()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register(new Registration("a", "we/b", "job", "127.0.0.1", 1, []) { Namespace = "team a" });
        nomad.Register("b", "web", 2);
        nomad.Heartbeat = TimeSpan.FromMilliseconds(200);
        await using var provider = new RunningProvider(new NomadProviderOptions
        {
            Address = nomad.Url, Region = "eu", Namespace = "team a", Stale = true, EndpointWaitTime = TimeSpan.FromSeconds(7),
        });
        await provider.UntilIdsAsync("a");
        await provider.ConnectedAsync();
        nomad.Register(new Registration("c", "api", "job", "127.0.0.1", 1, []) { Namespace = "team a" });
        await provider.UntilIdsAsync("a", "c");
        Assert.Contains("/v1/event/stream?topic=Service&index=0&namespace=team a&region=eu", nomad.Targets);
        Assert.Contains("/v1/services?stale=&namespace=team a&region=eu", nomad.Targets);
        Assert.Contains("/v1/service/we%2Fb?stale=&namespace=team a&region=eu", nomad.Targets);
        Assert.Contains(nomad.Targets, static t => t.Contains("wait=7000ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rotated_token_file_is_read_again_when_Nomad_refuses_the_old_token()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "first\n");
            await using var nomad = await EmbeddedNomad.StartAsync();
            nomad.RequiredToken = "first";
            nomad.Register("a", "web", 8080);
            nomad.Heartbeat = TimeSpan.FromMilliseconds(200);
        await using var provider = new RunningProvider(new NomadProviderOptions { Address = nomad.Url, TokenFile = file });
            await provider.UntilIdsAsync("a");
            await provider.ConnectedAsync();
            await File.WriteAllTextAsync(file, "second\n");
            nomad.RequiredToken = "second";
            nomad.DropStreams();
            nomad.Register("b", "web", 8081);
            await provider.UntilIdsAsync("a", "b");
            Assert.DoesNotContain(provider.Log.Lines, static line => line.Contains("EG-NOMAD-403", StringComparison.Ordinal));
            Assert.DoesNotContain(provider.Log.Lines, static line => line.Contains("second", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_wildcard_namespace_is_refused_by_name()
    {
        var error = Assert.Throws<Configuration.Sources.ConfigurationException>(() => new RunningProvider(new NomadProviderOptions { Namespace = "*" }));
        Assert.Equal("EG-NOMAD-NAMESPACE", error.Problem.Code);
    }

    private sealed class NoProgram : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
