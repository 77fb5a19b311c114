using System.Net.Http;
using System.Text.Json;
using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>
/// What can go wrong between the gateway and tailscaled: each is logged once with code, reason and cure, shown in
/// <c>/api/edge</c>, costs no certificate in hand, and ends by itself when its cause does.
/// </summary>
public sealed class LocalApiFaultTests : IDisposable
{
    private const string Edge = "edge.tail-test.ts.net";
    private const string Other = "other.tail-test.ts.net";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-localapi").FullName;

    private string Socket => Path.Combine(_folder, "tailscaled.sock");

    [Fact]
    public async Task HTTPS_switched_off_then_on()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Https = false });
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge);
        await RefusedAsync(stage, Edge, "EG-CERT-HTTPS-OFF", "HTTPS Certificates");
        tailscaled.SetHttps(true);
        await ServedAsync(stage, tailscaled, Edge);
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-HTTPS-OFF"));
    }

    [Fact]
    public async Task A_user_without_permission_then_with_it()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        tailscaled.CertificatesPermitted = false;
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge);
        await RefusedAsync(stage, Edge, "EG-CERT-403", $"TS_PERMIT_CERT_UID={await UserIdAsync()}");

        // The variable is read at tailscaled's start.
        await tailscaled.StopAsync();
        tailscaled.CertificatesPermitted = true;
        await tailscaled.StartAgainAsync();
        await ServedAsync(stage, tailscaled, Edge);
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-403"));
    }

    [Fact]
    public async Task A_socket_that_is_missing_then_made()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { SocketPath = Socket });
        await tailscaled.StopAsync();
        Assert.False(File.Exists(Socket));
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge);
        await RefusedAsync(stage, Edge, "EG-CERT-SOCKET-MISSING", "RuntimeDirectoryPreserve");
        Assert.Equal("EG-CERT-SOCKET-MISSING", (await TailscaleAsync(stage)).GetProperty("code").GetString());
        await tailscaled.StartAgainAsync();
        await ServedAsync(stage, tailscaled, Edge);
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-SOCKET-MISSING"));
        await RunningAsync(stage);
    }

    [Fact]
    public async Task A_killed_tailscaled_whose_folder_is_mounted_is_found_again_when_it_starts()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { SocketPath = Socket, CertDomains = [Edge, Other] });
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge);
        await ServedAsync(stage, tailscaled, Edge);
        await tailscaled.StopAsync(hard: true);
        await stage.Gateway.LoggedAsync("EG-CERT-SOCKET-DEAD");
        var told = await TailscaleAsync(stage);
        Assert.Equal(("unreachable", "EG-CERT-SOCKET-DEAD"), (told.GetProperty("state").GetString(), told.GetProperty("code").GetString()));

        // What is in hand is served, and what is asked for meanwhile comes after the restart.
        Assert.Null(await FailureAsync(stage, tailscaled, Edge));
        Register(stage.Nomad, whoami, 9, Other);
        await tailscaled.StartAgainAsync();
        await ServedAsync(stage, tailscaled, Other);
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-SOCKET-DEAD"));
        await RunningAsync(stage);
    }

    [Fact]
    public async Task A_mounted_socket_file_is_named_when_tailscaleds_restart_replaced_it()
    {
        if (Environment.UserName != "root")
        {
            return; // mounts need it
        }

        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { SocketPath = Socket });
        var mounted = Path.Combine(_folder, "mounted.sock");
        await File.WriteAllTextAsync(mounted, "");
        await using var whoami = await Whoami.StartAsync("a");

        // As a container runtime does with a volume that names the file.
        string[] through = ["unshare", "-m", "sh", "-c", $"mount --make-rprivate / && mount --bind {Socket} {mounted} && exec \"$0\" \"$@\""];
        await using var stage = await StartAsync(tailscaled, whoami, [Edge], mounted, through);
        await ServedAsync(stage, tailscaled, Edge);
        await tailscaled.StopAsync();
        await tailscaled.StartAgainAsync();
        await stage.Gateway.LoggedAsync("EG-CERT-SOCKET-FILE");
        var told = await TailscaleAsync(stage);
        Assert.Equal("EG-CERT-SOCKET-FILE", told.GetProperty("code").GetString());
        Assert.Contains("mount the folder instead of the file", told.GetProperty("cure").GetString(), StringComparison.Ordinal);
        Assert.Null(await FailureAsync(stage, tailscaled, Edge));
        Assert.Equal(1, stage.Gateway.Logged("[EG-CERT-SOCKET-FILE]"));
    }

    [Fact]
    public async Task A_name_that_this_node_cannot_have_costs_no_other()
    {
        const string foreign = "edge.someone-else.ts.net";
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge, foreign, Other);
        await RefusedAsync(stage, foreign, "EG-CERT-NAME", "correct the name");
        await ServedAsync(stage, tailscaled, Edge);

        // A name of this tailnet that is another node's is no error and is not asked for.
        var other = await CertificateAsync(stage, Other);
        Assert.Equal("belongs to another node", other.GetProperty("state").GetString());
        Assert.False(other.TryGetProperty("code", out _));
        Assert.Equal((0, 0), (tailscaled.CertCalls(foreign), tailscaled.CertCalls(Other)));
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-NAME"));

        // Corrected in the job: served.
        tailscaled.SetCertDomains(Edge, Other);
        await ServedAsync(stage, tailscaled, Other);
    }

    [Fact]
    public async Task A_name_whose_order_hangs_and_then_does_not()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge, Other] });
        tailscaled.SetFault(Other, CertFault.Hang);
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, [Edge, Other], tailscaled.SocketPath, null, ["--edge.startTimeout=5s"]);
        await ServedAsync(stage, tailscaled, Edge);
        Assert.Equal("pending", (await CertificateAsync(stage, Other)).GetProperty("state").GetString());
        Assert.NotNull(await FailureAsync(stage, tailscaled, Other));

        // A hung order ends with tailscaled's restart, as the cure of EG-CERT-TIMEOUT says.
        tailscaled.SetFault(Other, null);
        await tailscaled.StopAsync();
        await tailscaled.StartAgainAsync();
        await ServedAsync(stage, tailscaled, Other);
    }

    [Fact]
    public async Task A_rate_limit_is_told_and_kept_and_costs_no_other_name()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge, Other] });
        tailscaled.SetFault(Other, CertFault.RateLimited(3600));
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge, Other);
        await RefusedAsync(stage, Other, "EG-CERT-429", "do not delete tailscaled's state folder");
        await ServedAsync(stage, tailscaled, Edge);

        // Neither a change of the node nor tailscaled's restart ends an authority's limit.
        tailscaled.SetCertDomains(Edge, Other, "third.tail-test.ts.net");
        await stage.UntilAsync(() => Task.FromResult(tailscaled.Orders("third.tail-test.ts.net") > 0), Soon);
        Assert.Equal(1, tailscaled.CertCalls(Other));
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-429"));
    }

    [Fact]
    public async Task An_order_that_fails_is_repeated_by_itself()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        tailscaled.SetFault(Edge, CertFault.AuthorityDown with { Times = 1 });
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, Edge);
        await stage.Gateway.LoggedAsync("EG-CERT-500");
        await ServedAsync(stage, tailscaled, Edge);
        Assert.Equal(1, stage.Gateway.Logged("EG-CERT-500"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<Stage> StartAsync(EmbeddedTailscaled tailscaled, Whoami whoami, params string[] names) =>
        StartAsync(tailscaled, whoami, names, tailscaled.SocketPath, null);

    private static Task<Stage> StartAsync(EmbeddedTailscaled tailscaled, Whoami whoami, string[] names, string socket, string[]? through, string[]? more = null) => Stage.StartAsync(
        n =>
        {
            foreach (var (i, name) in names.Index())
            {
                Register(n, whoami, i, name);
            }
        },
        tailscaled, more, environment: _ => new() { ["TS_SOCKET"] = socket }, through: through);

    private static void Register(Testbed.Nomad.EmbeddedNomad nomad, Whoami whoami, int i, string name) =>
        nomad.Register($"s{i}", $"s{i}", whoami.Port, $"traefik.http.routers.r{i}.rule=Host(`{name}`)", $"traefik.http.routers.r{i}.tls.certResolver=tailscaleresolver");

    /// <summary>The refusal stands in the log and, with the same code, in the API; the handshake shows the default certificate.</summary>
    private static async Task RefusedAsync(Stage stage, string name, string code, string cure)
    {
        await stage.Gateway.LoggedAsync(code);
        await stage.UntilAsync(
            async () => (await CertificateAsync(stage, name)) is var c && c.TryGetProperty("code", out var told) && told.GetString() == code, Soon);
        var certificate = await CertificateAsync(stage, name);
        Assert.Equal("refused", certificate.GetProperty("state").GetString());
        Assert.NotEqual("", certificate.GetProperty("reason").GetString());
        Assert.Contains(cure, certificate.GetProperty("cure").GetString(), StringComparison.Ordinal);
        Assert.Contains(cure, stage.Gateway.Log, StringComparison.Ordinal);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        using var anyone = Stage.Client(stage.WebSecure);
        Assert.StartsWith("Name: a\n", await Stage.GetAsync(anyone, $"https://{name}/"), StringComparison.Ordinal);
    }

    private static async Task ServedAsync(Stage stage, EmbeddedTailscaled tailscaled, string name)
    {
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        await stage.UntilAsync(async () => await FailureAsync(stage, tailscaled, name) is null, Soon);

        // The pair is used before the status says so.
        await stage.UntilAsync(
            async () => await CertificateAsync(stage, name) is var c && c.GetProperty("state").GetString() == "issued" && !c.TryGetProperty("code", out _), Soon);
    }

    private static async Task<JsonElement> CertificateAsync(Stage stage, string name) =>
        (await stage.ApiAsync("/api/edge")).GetProperty("certificates").EnumerateArray().FirstOrDefault(c => c.GetProperty("name").GetString() == name) is
        { ValueKind: JsonValueKind.Object } found ? found : JsonDocument.Parse("{}").RootElement;

    private static Task<TimeSpan> RunningAsync(Stage stage) => stage.UntilAsync(
        async () => await TailscaleAsync(stage) is var t && t.GetProperty("state").GetString() == "Running" && !t.TryGetProperty("code", out _), Soon);

    private static async Task<JsonElement> TailscaleAsync(Stage stage) => (await stage.ApiAsync("/api/edge")).GetProperty("tailscale");

    private static async Task<string?> FailureAsync(Stage stage, EmbeddedTailscaled tailscaled, string name)
    {
        using var client = Stage.Client(stage.WebSecure, tailscaled.CaPem);
        try
        {
            var text = await Stage.GetAsync(client, $"https://{name}/");
            return text.StartsWith("Name: a\n", StringComparison.Ordinal) ? null : text;
        }
        catch (HttpRequestException e)
        {
            return e.ToString();
        }
    }

    private static async Task<string> UserIdAsync() =>
        (await File.ReadAllLinesAsync("/proc/self/status")).First(static l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];
}
