using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace EdgeGateway.Conformance;

/// <summary>Start cases of the real executable: exit code, and that the output names what is wrong.</summary>
public sealed class StaticStartTests
{
    // A start takes about 0.3 s on an idle machine; this is for one that runs all tests at once.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Cases that end otherwise than recorded; rows in docs/compatibility.md.
    private static readonly Dictionary<string, (string Exit, string Reason)> Deviations = new(StringComparer.Ordinal)
    {
        ["positional-after-flag"] = ("nonzero", "stray arguments are errors (design): the flags behind it would be lost in silence"),
        ["configfile-missing"] = ("nonzero", "a missing --configFile is an error (design)"),
        ["value-in-next-arg"] = ("running", "the value of an option below a map is taken from the next argument, as documented; Traefik decides by chance"),
    };

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        using var scenario = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "e2e", "scenarios", "static.json")));
        foreach (var item in scenario.RootElement.GetProperty("cases").EnumerateArray())
        {
            data.Add(item.GetProperty("id").GetString()!, item.GetRawText());
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Starts_or_ends_as_recorded(string id, string json)
    {
        using var document = JsonDocument.Parse(json);
        var item = document.RootElement;
        using var folder = new Folder();
        // The system picks the port.
        string Fill(string text) => text.Replace("{web}", "0").Replace("{dir}", folder.Path);
        if (item.TryGetProperty("files", out var files))
        {
            foreach (var file in files.EnumerateObject())
            {
                await File.WriteAllTextAsync(Path.Combine(folder.Path, file.Name), Fill(file.Value.GetString()!));
            }
        }

        var arguments = item.GetProperty("static").EnumerateArray().Select(a => Fill(a.GetString()!)).ToList();
        if (arguments.Contains("-api.insecure=true"))
        {
            // The admin entry point would listen on 8080, which another test may have.
            arguments.Add("--entrypoints.traefik.address=127.0.0.1:0");
        }

        var (exit, output, error) = await RunAsync(folder.Path, arguments);
        var expected = Deviations.TryGetValue(id, out var deviation) ? deviation.Exit : item.GetProperty("expect").GetProperty("exit").GetString();
        Assert.Equal(expected, exit);
        var mention = item.GetProperty("mention").GetString()!;
        if (exit != "running" && mention.Length > 0)
        {
            Assert.Contains(mention, output + error, StringComparison.OrdinalIgnoreCase);
        }

        if (exit == "nonzero" && error.Length > 0)
        {
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }
    }

    [Fact]
    public async Task The_seeds_flags_start_the_gateway()
    {
        // scenarios.md, story A; ports and Nomad's address as a test must have them.
        string[] flags =
        [
            "--api.dashboard=true", "--api.insecure=true", "--entrypoints.web.address=:0", "--entryPoints.websecure.address=:0",
            "--entrypoints.traefik.address=:0", "--providers.nomad=true", "--providers.nomad.endpoint.address=http://127.0.0.1:1",
            "--certificatesresolvers.tailscaleresolver.tailscale=true",
        ];
        using var folder = new Folder();
        var (exit, output, error) = await RunAsync(folder.Path, flags);
        Assert.Equal("running", exit);
        Assert.Contains("websecure", output);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("traefik", "--entrypoints.web.address=127.0.0.1:0")]
    [InlineData("edge-gateway", "--entrypoints.web.address=127.0.0.1:0")]
    public async Task The_program_name_as_first_argument_runs_it_as_in_Traefiks_image(params string[] arguments)
    {
        using var folder = new Folder();
        Assert.Equal("running", (await RunAsync(folder.Path, arguments)).Exit);
    }

    [Fact]
    public async Task Without_anybody_at_the_address_the_health_check_fails_in_one_line()
    {
        using var folder = new Folder();
        var (exit, output, _) = await RunAsync(folder.Path, ["healthcheck", "--ping", "--entrypoints.traefik.address=127.0.0.1:1"]);
        Assert.Equal("nonzero", exit);
        Assert.StartsWith("Error calling healthcheck: ", output);
    }

    [Fact]
    public async Task Variables_start_it_when_there_are_no_flags()
    {
        using var folder = new Folder();
        var (exit, _, _) = await RunAsync(
            folder.Path, [], new() { ["TRAEFIK_ENTRYPOINTS_WEB_ADDRESS"] = "127.0.0.1:0", ["EDGE_REDIRECTPLAINTOTLS"] = "false" });
        Assert.Equal("running", exit);
        (exit, _, var error) = await RunAsync(folder.Path, [], new() { ["TRAEFIK_API_INSECURE"] = "maybe" });
        Assert.Equal("nonzero", exit);
        Assert.Contains("variable TRAEFIK_API_INSECURE=maybe", error);
    }

    private static async Task<(string Exit, string Output, string Error)> RunAsync(
        string folder, IReadOnlyList<string> arguments, Dictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(Repository.Executable)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("NOMAD_") || k.StartsWith("TRAEFIK_") || k.StartsWith("EDGE_")).ToList())
        {
            start.Environment.Remove(name);
        }

        // No configuration file of the machine's user.
        start.Environment["HOME"] = folder;
        start.Environment["XDG_CONFIG_HOME"] = folder;
        foreach (var (name, value) in variables ?? [])
        {
            start.Environment[name] = value;
        }

        using var limit = new CancellationTokenSource(Limit);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var output = new StringBuilder();
        var running = false;
        while (!running && await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            output.AppendLine(line);
            running = line.Contains(" serves; providers:");
        }

        if (running)
        {
            process.Kill();
        }

        await process.WaitForExitAsync(limit.Token);
        return (running ? "running" : process.ExitCode == 0 ? "zero" : "nonzero", output.ToString(), await error);
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("edge-static-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
