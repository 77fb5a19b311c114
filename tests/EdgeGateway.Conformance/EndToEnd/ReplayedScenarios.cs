using System.Diagnostics;
using System.Text.Json;

namespace EdgeGateway.Conformance.EndToEnd;

/// <summary>One run of the end-to-end harness: the real executable, real sockets, every scenario of this issue.</summary>
public class ReplayedScenarios : IAsyncLifetime
{
    /// <summary>Scenarios whose options and features exist; the others come with the features they need. <c>static</c> is <see cref="StaticStartTests"/>: the harness takes a start that lasts 1.5 s for one that runs, which a busy machine makes of a refusal.</summary>
    public static readonly string[] Names =
    [
        "routing-matchers", "routing-provider", "routing-tags", "paths", "forwarding", "updates", "lifecycle", "tcp", "tls", "services", "api",
        "entrypoints", "middlewares", "log-common", "log-json", "log-tls",
    ];

    private readonly Dictionary<string, JsonElement> _cases = new(StringComparer.Ordinal);
    private string _output = "";

    /// <summary>Scenarios of this run.</summary>
    protected virtual IEnumerable<string> Scenarios => Names;

    /// <summary>Flags added to those of each scenario: a busy machine may need longer to have every route at the start.</summary>
    protected virtual string Flags => "--edge.startTimeout=60s";

    /// <summary>Where the accepted deviations stand.</summary>
    protected virtual string AllowList => Path.Combine(Repository.Root, "tests", "EdgeGateway.Conformance", "e2e-deviations.json");

    /// <summary>Verdict and differences of one case.</summary>
    public (string Verdict, string Difference) Find(string id) => _cases.TryGetValue(id, out var found)
        ? (found.GetProperty("verdict").GetString()!, found.GetProperty("diff").ToString())
        : ("missing", _output);

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        var harness = Path.Combine(Repository.Corpus, "e2e", "harness", "run.py");
        var result = Path.GetTempFileName();
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[
            "-B", harness, "replay", "--cmd", $"{Repository.Executable} {Flags}", "--json", result, "--quiet",
            "--allow-list", AllowList, "--scenario", $"^({string.Join('|', Scenarios)})$"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            _output = await output + await errors;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var text = await File.ReadAllTextAsync(result);
        File.Delete(result);
        if (text.Length == 0)
        {
            return;
        }

        using var document = JsonDocument.Parse(text);
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            _cases[item.GetProperty("id").GetString()!] = item.Clone();
        }
    }

    /// <inheritdoc />
    public virtual Task DisposeAsync() => Task.CompletedTask;
}
