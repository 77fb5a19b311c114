using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Testbed;

namespace EdgeGateway.Quickstart.Processes;

/// <summary>The whole system on loopback: stand-ins for Nomad and tailscaled, services, and the gateway, each a process.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    // tailscaled renews when two thirds are over: the tour sees a renewal after 14 s. Those issued later live as long as real ones.
    private const int FirstLifeSeconds = 21;
    private const int UsualLifeSeconds = 90 * 86400;

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-quickstart").FullName;
    private readonly HttpMessageInvoker _control = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<Child> _standIns = [];
    private string _nomadControl = "";
    private string _tailscaledControl = "";

    public LocalStack()
    {
        Front = new ServiceJob(this, "hashicups", "hashicups",
            [$"traefik.http.routers.hashicups.rule=Host(`{Name}`)", "traefik.http.routers.hashicups.tls.certResolver=tailscaleresolver"]);
        Whoami = new ServiceJob(this, "whoami", "whoami",
            [$"traefik.http.routers.whoami.rule=Host(`{Name}`) && PathPrefix(`/whoami`)", "traefik.http.routers.whoami.tls.certResolver=tailscaleresolver"]);
    }

    public string Name => "edge.tail-test.ts.net";

    public int HttpPort { get; } = Ports.Free();

    public int HttpsPort { get; } = Ports.Free();

    public int AdminPort { get; } = Ports.Free();

    public string CaFile => Path.Combine(_folder, "ca.pem");

    public string NomadUrl { get; private set; } = "";

    public string[] GatewayFlags { get; private set; } = [];

    public Child? Gateway { get; private set; }

    public ServiceJob Front { get; }

    public ServiceJob Whoami { get; }

    public async Task StartAsync(CancellationToken stop)
    {
        Console.WriteLine("Starting stand-ins for Nomad and tailscaled, two services and the gateway …");
        var nomad = Child.StartRoleAsync(stop, "nomad", "--stdin");
        var tailscaled = Child.StartRoleAsync(stop, "tailscaled", "--stdin", "--name", Name, "--lifetime", FirstLifeSeconds.ToString(),
            "--socket", Path.Combine(_folder, "tailscaled.sock"), "--ca", CaFile);
        try
        {
            await Task.WhenAll(nomad, tailscaled);
        }
        finally
        {
            // What did start is remembered even when the other failed: it must be ended.
            foreach (var started in new[] { nomad, tailscaled }.Where(static t => t.IsCompletedSuccessfully))
            {
                _standIns.Add((await started).Child);
            }
        }

        var nomadReady = (await nomad).Ready;
        var tailscaledReady = (await tailscaled).Ready;
        NomadUrl = nomadReady["nomad"]!;
        _nomadControl = nomadReady["control"]!;
        _tailscaledControl = tailscaledReady["control"]!;
        await Task.WhenAll(Front.StartAsync(stop), Whoami.StartAsync(stop));

        GatewayFlags =
        [
            "--api.dashboard=true", "--api.insecure=true", $"--entrypoints.web.address=:{HttpPort}",
            $"--entryPoints.websecure.address=:{HttpsPort}", $"--entrypoints.traefik.address=:{AdminPort}", "--providers.nomad=true",
            $"--providers.nomad.endpoint.address={NomadUrl}", "--certificatesresolvers.tailscaleresolver.tailscale=true",
        ];
        Gateway = Child.Start(Path.Combine(AppContext.BaseDirectory, "edge-gateway"), GatewayFlags, [("TS_SOCKET", tailscaledReady["socket"]!)]);
        await ListeningAsync(stop);
    }

    public Task RegisterAsync(string id, string service, int port, IEnumerable<string> tags, CancellationToken stop) => PostAsync(
        $"{_nomadControl}/register?id={id}&service={service}&port={port}" + string.Concat(tags.Select(static t => "&tag=" + Uri.EscapeDataString(t))), stop);

    public Task DeregisterAsync(string id, CancellationToken stop) => PostAsync($"{_nomadControl}/deregister?id={id}", stop);

    /// <summary>Certificates issued from now on live as long as real ones.</summary>
    public Task IssueLongLivedAsync(CancellationToken stop) => PostAsync($"{_tailscaledControl}/lifetime?seconds={UsualLifeSeconds}", stop);

    /// <summary>Closes Nomad's port and resets its connections, or opens it again.</summary>
    public Task SetNomadGoneAsync(bool gone, CancellationToken stop) => PostAsync($"{_nomadControl}/fault?mode={(gone ? "Refuse" : "None")}", stop);

    /// <summary>A page of the gateway's admin entry point.</summary>
    public async Task<string> ReadAdminAsync(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{AdminPort}{path}");
        using var response = await _control.SendAsync(request, stop);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.TerminateAsync();
            await Gateway.DisposeAsync();
        }

        await Front.DisposeAsync();
        await Whoami.DisposeAsync();
        foreach (var child in _standIns)
        {
            await child.DisposeAsync();
        }

        _control.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ListeningAsync(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, AdminPort), stop);
                return;
            }
            catch (SocketException) when (!Gateway!.HasExited && clock.Elapsed < TimeSpan.FromSeconds(30))
            {
                // There is no event for another process's listen call.
                await Task.Delay(10, stop);
            }
        }
    }

    private async Task PostAsync(string url, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent([]) };
        using var response = await _control.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
    }
}
