using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using EdgeGateway.Benchmarks;
using EdgeGateway.Benchmarks.Measure;

// Benchmarks of single steps: --filter '*'. Measurements of whole chains: measure reload | measure gateway (docs/performance.md).
if (args is ["measure", .. var rest])
{
    return await Measurements.RunAsync(rest);
}

// Short jobs in this process: the whole run takes minutes, and no project is generated and built for it.
var config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(5)
        .WithIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(100)))
    .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(MatchBenchmarks).Assembly).Run(args, config);
return 0;
