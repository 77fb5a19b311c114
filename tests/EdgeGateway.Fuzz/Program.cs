using System.Globalization;

namespace EdgeGateway.Fuzz;

/// <summary>
/// <c>dotnet run -c Release --project tests/EdgeGateway.Fuzz -- rules|tags|toml|yaml|templates|clienthello|proxyheader|all [count] [seed]</c> mutates seeds and reports
/// what a parser throws beside its own exceptions, and what takes it too long; <c>toml-test FOLDER</c> runs the cases of a checked-out
/// toml-test suite, <c>re2 FILE…</c> RE2's exhaustive tests. Exit code 1 when something was found.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is ["toml-test", var folder])
        {
            return TomlSuite.Run(folder, Console.Out) ? 0 : 1;
        }

        if (arguments is ["re2", .. { Length: > 0 } files])
        {
            return files.Select(static file => Re2Suite.Run(file, Console.Out)).ToList().TrueForAll(static clean => clean) ? 0 : 1;
        }

        var name = arguments.ElementAtOrDefault(0) ?? "all";
        var count = int.Parse(arguments.ElementAtOrDefault(1) ?? "1000000", CultureInfo.InvariantCulture);
        var seed = int.Parse(arguments.ElementAtOrDefault(2) ?? "1", CultureInfo.InvariantCulture);
        var targets = FuzzTarget.All.Where(target => name == "all" || target.Name == name).ToList();
        if (targets.Count == 0)
        {
            Console.Error.WriteLine($"no such target: {name}; there are {string.Join(", ", FuzzTarget.All.Select(static t => t.Name))}, all, toml-test, re2");
            return 2;
        }

        var clean = true;
        foreach (var target in targets)
        {
            var report = FuzzRun.Run(target, count, Timeout.InfiniteTimeSpan, seed);
            Console.WriteLine(report);
            clean &= report.Findings.Count == 0;
        }

        return clean ? 0 : 1;
    }
}
