using System.Diagnostics;

namespace EdgeGateway.Benchmarks.Measure;

/// <summary>What one change costs in this process, step by step, and what a router weighs.</summary>
internal static class ReloadMeasurement
{
    private const int Turns = 100;
    private const int Burst = 50;

    public static void Run(int services)
    {
        // The first pass compiles the code; its chain is let go.
        _ = new ReloadChain(200);
        var before = Heap();
        var start = Stopwatch.GetTimestamp();
        var chain = new ReloadChain(services);
        var took = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"{services} services: first answer taken up in {took.TotalMilliseconds:F0} ms");
        foreach (var (step, time) in chain.Steps)
        {
            Console.WriteLine($"  {step,-12}{time.TotalMilliseconds,10:F1} ms");
        }

        Console.WriteLine($"{(Heap() - before) / (double)services,8:F0} bytes per router, from the instance to the table; of a second chain, step by step:");
        before = Heap();
        var second = new ReloadChain(services, step =>
        {
            var now = Heap();
            Console.WriteLine($"  {step,-12}{(now - before) / (double)services,10:F0} bytes");
            before = now;
        });
        Console.WriteLine("and, now that its code is compiled:");
        foreach (var (step, time) in second.Steps)
        {
            Console.WriteLine($"  {step,-12}{time.TotalMilliseconds,10:F1} ms");
        }

        Measure($"{Burst} added at once", i =>
        {
            for (var n = 0; n < Burst; n++)
            {
                chain.Add(services + 1000 + (Burst * i) + n);
            }
        });
        Measure($"{Burst} removed at once", i =>
        {
            for (var n = 0; n < Burst; n++)
            {
                chain.Remove(services + 1000 + (Burst * i) + n);
            }
        });
        Measure("added", i => chain.Add(services + i));
        Measure("changed", i => chain.ChangeRule(i * 97 % services, i));
        Measure("scaled", i => chain.Scale(i * 89 % services, i));
        Measure("removed", i => chain.Remove(services + i));
        GC.KeepAlive(chain);

        void Measure(string what, Action<int> change)
        {
            var times = new Dictionary<string, List<double>>();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var collections = GC.CollectionCount(2);
            var cpu = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Turns; i++)
            {
                change(i);
                chain.Apply();
                var sum = 0.0;
                foreach (var (step, time) in chain.Steps)
                {
                    Note(step, time.TotalMicroseconds);
                    sum += time.TotalMicroseconds;
                }

                Note("all", sum);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            cpu = Environment.CpuUsage.TotalTime - cpu;
            Console.WriteLine($"{what}: {cpu.TotalMilliseconds / Turns:F2} ms CPU per change with garbage collection and just-in-time compiling, {allocated / Turns / 1024} KiB allocated per change, {GC.CollectionCount(2) - collections} full collections in {Turns} changes");
            foreach (var (step, list) in times)
            {
                list.Sort();
                Console.WriteLine($"  {step,-12}{list[list.Count / 2],10:F0} µs median {list[list.Count * 99 / 100],10:F0} µs p99");
            }

            void Note(string step, double time)
            {
                if (!times.TryGetValue(step, out var list))
                {
                    times.Add(step, list = []);
                }

                list.Add(time);
            }
        }
    }

    private static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(true);
    }
}
