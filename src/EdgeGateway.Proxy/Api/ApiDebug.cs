using System.Text.Json;

namespace EdgeGateway.Proxy.Api;

/// <summary>
/// <c>/debug/vars</c>, with <c>api.debug</c>: the members of Go's expvar that have a meaning in this process. The command line is left
/// out, it may hold a token. <c>/debug/pprof</c> is a format of Go; <c>dotnet-counters</c> and <c>dotnet-trace</c> take its place.
/// </summary>
internal static class ApiDebug
{
    /// <summary>Writes them.</summary>
    public static void Write(Utf8JsonWriter writer)
    {
        var memory = GC.GetGCMemoryInfo();
        writer.WriteStartObject();
        writer.WriteStartObject("memstats");
        writer.WriteNumber("Alloc", GC.GetTotalMemory(forceFullCollection: false));
        writer.WriteNumber("TotalAlloc", GC.GetTotalAllocatedBytes());
        writer.WriteNumber("Sys", Environment.WorkingSet);
        writer.WriteNumber("HeapSys", memory.TotalCommittedBytes);
        writer.WriteNumber("NumGC", GC.CollectionCount(0));
        writer.WriteNumber("PauseTotalNs", (long)GC.GetTotalPauseDuration().TotalNanoseconds);
        writer.WriteEndObject();
        writer.WriteNumber("threadPoolThreads", ThreadPool.ThreadCount);
        writer.WriteNumber("threadPoolQueue", ThreadPool.PendingWorkItemCount);
        writer.WriteNumber("processors", Environment.ProcessorCount);
        writer.WriteEndObject();
    }
}
