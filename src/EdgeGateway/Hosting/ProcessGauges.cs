using System.Diagnostics;
using System.Text;
using EdgeGateway.Proxy.Observability.Metrics;

namespace EdgeGateway.Hosting;

/// <summary>The process as Prometheus' clients describe it, so that alerts on <c>process_…</c> go on working.</summary>
internal static class ProcessGauges
{
    private static readonly double Started = new DateTimeOffset(Process.GetCurrentProcess().StartTime).ToUnixTimeMilliseconds() / 1000.0;

    public static void Write(StringBuilder text)
    {
        Sample("process_cpu_seconds_total", "counter", "Processor time, user and system", Environment.CpuUsage.TotalTime.TotalSeconds);
        Sample("process_resident_memory_bytes", "gauge", "Resident memory", Environment.WorkingSet);
        Sample("process_start_time_seconds", "gauge", "Start, Unix seconds", Started);
        try
        {
            Sample("process_open_fds", "gauge", "Open file descriptors", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        }
        catch (IOException)
        {
            // Without /proc there is no number.
        }

        void Sample(string name, string type, string help, double value)
        {
            PrometheusText.Head(text, name, type, help);
            PrometheusText.Sample(text, name, "", value);
        }
    }
}
