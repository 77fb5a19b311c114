using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Tailscale;

namespace EdgeGateway.Integration;

/// <summary>The gateway's executable with the seed's flags on free ports, in front of a stand-in for Nomad and, if asked for, tailscaled.</summary>
public sealed class Stage : IAsyncDisposable
{
    private Stage(EmbeddedNomad nomad, GatewayProcess gateway, int web, int webSecure, int admin) =>
        (Nomad, Gateway, Web, WebSecure, Admin) = (nomad, gateway, web, webSecure, admin);

    public EmbeddedNomad Nomad { get; set; }

    public GatewayProcess Gateway { get; }

    public int Web { get; }

    public int WebSecure { get; }

    public int Admin { get; }

    /// <summary>Starts both; what <paramref name="register"/> registers is there before the gateway looks.</summary>
    /// <param name="register">Fills the stand-in for Nomad.</param>
    /// <param name="tailscaled">The resolver's daemon; null = no resolver.</param>
    /// <param name="more">Further flags.</param>
    /// <param name="readOutput">False: nobody reads the gateway's standard output.</param>
    /// <param name="address">Nomad's address as the flag gives it; empty = no such flag, null = the stand-in's own.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="through">A command that runs the gateway, with its arguments before the executable's.</param>
    public static async Task<Stage> StartAsync(
        Action<EmbeddedNomad> register, EmbeddedTailscaled? tailscaled = null, IEnumerable<string>? more = null, bool readOutput = true,
        Func<EmbeddedNomad, string>? address = null, Func<EmbeddedNomad, Dictionary<string, string>>? environment = null, IReadOnlyList<string>? through = null)
    {
        var nomad = await EmbeddedNomad.StartAsync();
        register(nomad);
        var (web, webSecure, admin) = (Ports.Free(), Ports.Free(), Ports.Free());
        List<string> flags =
        [
            "--api.dashboard=true", "--api.insecure=true", $"--entrypoints.web.address=:{web}", $"--entryPoints.websecure.address=:{webSecure}",
            $"--entrypoints.traefik.address=:{admin}", "--providers.nomad=true",
        ];
        if ((address?.Invoke(nomad) ?? nomad.Url) is { Length: > 0 } at)
        {
            flags.Add($"--providers.nomad.endpoint.address={at}");
        }

        var variables = environment?.Invoke(nomad) ?? [];
        if (tailscaled is not null)
        {
            flags.Add("--certificatesresolvers.tailscaleresolver.tailscale=true");
            variables.TryAdd("TS_SOCKET", tailscaled.SocketPath);
        }

        flags.AddRange(more ?? []);
        return new Stage(nomad, GatewayProcess.Start(flags, variables, readOutput, through), web, webSecure, admin);
    }

    /// <summary>A client whose connections all go to one port of the gateway, whatever the URL says.</summary>
    /// <param name="port">The port.</param>
    /// <param name="caPem">The root to trust; null = any certificate will do.</param>
    public static HttpMessageInvoker Client(int port, string? caPem = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        if (caPem is null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(caPem);
        }

        return new HttpMessageInvoker(handler);
    }

    public static X509ChainPolicy TrustOnly(string caPem)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(caPem));
        return policy;
    }

    /// <summary>GET over the plain entry point; the body, or the status where that is not 200.</summary>
    public async Task<string> GetAsync(string host, string path = "/")
    {
        using var client = Client(Web);
        return await GetAsync(client, $"http://{host}{path}");
    }

    /// <inheritdoc cref="GetAsync(string, string)" />
    public static async Task<string> GetAsync(HttpMessageInvoker client, string url)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, url), limit.Token);
        return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync(limit.Token) : $"{(int)answer.StatusCode}";
    }

    /// <summary>What the API answers.</summary>
    public async Task<JsonElement> ApiAsync(string path)
    {
        await Gateway.ListeningAsync(Admin);
        using var client = Client(Admin);
        var text = await GetAsync(client, "http://localhost" + path);
        return text.StartsWith('{') || text.StartsWith('[') ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{path}: {text}");
    }

    /// <summary>Asks until the answer is as wanted: another process's change has no event that a test could await.</summary>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> holds, TimeSpan limit)
    {
        var begun = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(begun.Elapsed < limit, $"not within {limit.TotalSeconds} s:\n{Gateway.Log}");
            await Task.Delay(10);
        }

        return begun.Elapsed;
    }

    /// <summary>Calls to Nomad but for the watchdog's lists.</summary>
    public int NomadReads => Nomad.Calls.Where(static c => c.Key != "/v1/services").Sum(static c => c.Value);

    /// <summary>
    /// Waits until changes come by events alone: a stream whose first line came late has everything read once more. Over when a service
    /// comes and goes without a read.
    /// </summary>
    /// <param name="port">Where a server listens.</param>
    public async Task SettleAsync(int port)
    {
        int before;
        var rounds = 0;
        do
        {
            before = NomadReads;
            var name = $"settling-{++rounds}";
            Assert.InRange(rounds, 1, 1000);
            Nomad.Register(name, name, port, $"traefik.http.routers.{name}.rule=Host(`{name}.test`)");
            await UntilAsync(async () => (await GetAsync($"{name}.test")).StartsWith("Name: ", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
            Nomad.Deregister(name);
            await UntilAsync(async () => !(await GetAsync($"{name}.test")).StartsWith("Name: ", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        }
        while (NomadReads != before);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Nomad.DisposeAsync();
    }
}
