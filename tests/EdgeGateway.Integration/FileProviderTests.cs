using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The file provider through the real executable: a file changes, and a request sees it.</summary>
public sealed class FileProviderTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("edge-dyn-");

    private string Dyn => Path.Join(_root.FullName, "dyn");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Files_with_templates_route_and_their_changes_are_live()
    {
        await using var a = await Whoami.StartAsync("a");
        Write("services.toml", $"[http.services.a.loadBalancer]\n[[http.services.a.loadBalancer.servers]]\nurl = \"http://127.0.0.1:{a.Port}\"\n");
        Write("routers/hosts.yml", "http:\n  routers:\n{{ range split (env \"EDGE_TEST_HOSTS\") \",\" }}    {{ . }}: {rule: 'Host(`{{ . }}.test`)', service: a}\n{{ end }}");
        await using var stage = await StartAsync();
        Assert.Equal(("a", "a", "404"), (await NameAsync(stage, "one.test"), await NameAsync(stage, "two.test"), await NameAsync(stage, "three.test")));

        Write("routers/more.yaml", "http: {routers: {three: {rule: Host(`three.test`), service: a}}}");
        await stage.UntilAsync(async () => await NameAsync(stage, "three.test") == "a", Soon);

        File.Delete(Path.Join(Dyn, "routers/more.yaml"));
        await stage.UntilAsync(async () => await NameAsync(stage, "three.test") == "404", Soon);
        Assert.Equal("a", await NameAsync(stage, "one.test"));
    }

    [Fact]
    public async Task A_broken_file_takes_nothing_away_is_named_and_mended()
    {
        await using var a = await Whoami.StartAsync("a");
        Write("a.yml", Service(a) + "  routers:\n    a: {rule: Host(`a.test`), service: a}\n");
        Write("b.yml", "http: {routers: {b: {rule: Host(`b.test`), service: a}}}");
        await using var stage = await StartAsync();
        Write("a.yml", "http:\n  routers:\n    a: {rule: Host(`new.test`), servce: a}\n  services: [\n");
        await stage.Gateway.LoggedAsync("EG-FILE-SYNTAX");
        Assert.Contains(Path.Join(Dyn, "a.yml:"), stage.Gateway.Log, StringComparison.Ordinal);
        Assert.Equal(("a", "a"), (await NameAsync(stage, "a.test"), await NameAsync(stage, "b.test")));

        // Readable again, with a typing error in the router: that router stays as it was.
        Write("a.yml", Service(a) + "  routers:\n    a: {rule: Host(`new.test`), servce: a}\n    c: {rule: Host(`c.test`), service: a}\n");
        await stage.Gateway.LoggedAsync("did you mean 'service'?");
        await stage.UntilAsync(async () => await NameAsync(stage, "c.test") == "a", Soon);
        Assert.Equal(("a", "404"), (await NameAsync(stage, "a.test"), await NameAsync(stage, "new.test")));

        Write("a.yml", Service(a) + "  routers:\n    a: {rule: Host(`new.test`), service: a}\n");
        await stage.UntilAsync(async () => await NameAsync(stage, "new.test") == "a", Soon);
        Assert.Equal("404", await NameAsync(stage, "a.test"));
    }

    [Fact]
    public async Task No_request_fails_while_editors_save_and_links_are_swapped()
    {
        await using var a = await Whoami.StartAsync("a");
        var text = Service(a) + "  routers:\n    a: {rule: Host(`a.test`), service: a}\n";
        Write("..v0/a.yml", text);
        File.CreateSymbolicLink(Path.Join(Dyn, "..data"), "..v0");
        File.CreateSymbolicLink(Path.Join(Dyn, "link.yml"), "..data/a.yml");
        Write("b.yml", "http: {routers: {b: {rule: Host(`b.test`), service: a}}}");
        await using var stage = await StartAsync();
        using var end = new CancellationTokenSource();
        var asked = Task.Run(async () =>
        {
            var failures = new List<string>();
            var count = 0;
            for (; !end.IsCancellationRequested; count++)
            {
                foreach (var host in (string[])["a.test", "b.test"])
                {
                    if (await NameAsync(stage, host) is not "a" and var other)
                    {
                        failures.Add($"{host}: {other}");
                    }
                }
            }

            return (failures, count);
        });
        for (var i = 1; i <= 5; i++)
        {
            // A new version of the linked folder, as Kubernetes and Nomad do it.
            Write($"..v{i}/a.yml", text + $"    a{i}: {{rule: Host(`a{i}.test`), service: a}}\n");
            File.CreateSymbolicLink(Path.Join(Dyn, "..tmp"), $"..v{i}");
            using var move = System.Diagnostics.Process.Start("mv", ["-T", Path.Join(Dyn, "..tmp"), Path.Join(Dyn, "..data")]);
            await move.WaitForExitAsync();

            // An editor: the old file moves away, the new one is emptied and written in pieces.
            var path = Path.Join(Dyn, "b.yml");
            File.Move(path, path + "~", overwrite: true);
            await using (var stream = new FileStream(path, FileMode.Create))
            {
                foreach (var piece in (string[])["http: {routers: {b: {rule: Host(`b.test`), service: a}", $", b{i}: {{rule: Host(`b{i}.test`), service: a}}", "}}"])
                {
                    stream.Write(System.Text.Encoding.UTF8.GetBytes(piece));
                    await stream.FlushAsync();
                    await Task.Yield();
                }
            }

            await stage.UntilAsync(async () => await NameAsync(stage, $"a{i}.test") == "a" && await NameAsync(stage, $"b{i}.test") == "a", Soon);
        }

        await end.CancelAsync();
        var (failures, count) = await asked;
        Assert.Equal([], failures);
        Assert.True(count > 5);
        Assert.DoesNotContain("EG-FILE", stage.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_folder_keeps_its_routes_and_is_followed_when_it_is_back()
    {
        await using var a = await Whoami.StartAsync("a");
        Write("a.yml", Service(a) + "  routers:\n    a: {rule: Host(`a.test`), service: a}\n");
        await using var stage = await StartAsync();
        Directory.Delete(Dyn, recursive: true);
        await stage.Gateway.LoggedAsync("EG-FILE-READ");
        Assert.Equal("a", await NameAsync(stage, "a.test"));
        Write("a.yml", Service(a) + "  routers:\n    b: {rule: Host(`b.test`), service: a}\n");
        await stage.UntilAsync(async () => await NameAsync(stage, "b.test") == "a", Soon);
        Assert.Equal("404", await NameAsync(stage, "a.test"));
    }

    [Fact]
    public async Task Without_watch_a_file_is_read_anew_on_SIGHUP()
    {
        await using var a = await Whoami.StartAsync("a");
        var path = Write("one.toml", $"[http.routers.a]\nrule = \"Host(`a.test`)\"\nservice = \"a\"\n[[http.services.a.loadBalancer.servers]]\nurl = \"http://127.0.0.1:{a.Port}\"\n");
        await using var stage = await Stage.StartAsync(static _ => { }, more: [$"--providers.file.filename={path}", "--providers.file.watch=false"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        Assert.Equal("a", await NameAsync(stage, "a.test"));
        File.WriteAllText(path, File.ReadAllText(path).Replace("a.test", "b.test", StringComparison.Ordinal));
        using var signal = System.Diagnostics.Process.Start("kill", ["-HUP", $"{stage.Gateway.Process.Id}"]);
        await stage.UntilAsync(async () => await NameAsync(stage, "b.test") == "a", Soon);
    }

    [Fact]
    public async Task Certificates_of_files_are_served_by_name_and_a_bad_pair_costs_itself()
    {
        await using var a = await Whoami.StartAsync("a");
        var (good, other) = (Pair("a.test"), Pair("default.test"));
        Write("a.yml", Service(a) + "  routers:\n    a: {rule: Host(`a.test`), service: a, tls: {}}\n"
            + $"tls:\n  certificates:\n  - {{certFile: {good}.crt, keyFile: {good}.key}}\n  - {{certFile: {good}.crt, keyFile: {other}.key}}\n"
            + $"  stores: {{default: {{defaultCertificate: {{certFile: {other}.crt, keyFile: {other}.key}}}}}}\n");
        await using var stage = await StartAsync();
        await stage.Gateway.LoggedAsync("EG-TLS-CERTIFICATE");
        Assert.Equal(("CN=a.test", "CN=default.test"), (await SubjectAsync(stage, "a.test"), await SubjectAsync(stage, "else.test")));

        Write("a.yml", Service(a));
        await stage.UntilAsync(async () => await SubjectAsync(stage, "a.test") != "CN=a.test", Soon);
        Assert.NotEqual("CN=default.test", await SubjectAsync(stage, "else.test"));
    }

    private static async Task<string> SubjectAsync(Stage stage, string name)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, stage.WebSecure);
        await using var tls = new System.Net.Security.SslStream(client.GetStream(), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(name);
        return tls.RemoteCertificate!.Subject;
    }

    private string Pair(string name)
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest($"CN={name}", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Join(_root.FullName, name);
        File.WriteAllText(path + ".crt", certificate.ExportCertificatePem());
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        return path;
    }

    private static string Service(Whoami server) =>
        $"http:\n  services:\n    a: {{loadBalancer: {{servers: [{{url: 'http://127.0.0.1:{server.Port}'}}]}}}}\n";

    private async Task<Stage> StartAsync()
    {
        Environment.SetEnvironmentVariable("EDGE_TEST_HOSTS", "one,two");
        var stage = await Stage.StartAsync(static _ => { }, more: [$"--providers.file.directory={Dyn}"]);
        await stage.Gateway.ListeningAsync(stage.Web);

        // The port is bound before the files are read; an answer tells that they were.
        Assert.Equal("404", await stage.GetAsync("unknown.test"));
        return stage;
    }

    private string Write(string name, string text)
    {
        var path = Path.Join(Dyn, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    // The first line of what the small application answers is its name, as in "Name: a".
    private static async Task<string> NameAsync(Stage stage, string host) => (await stage.GetAsync(host)).Split('\n')[0].Replace("Name: ", "", StringComparison.Ordinal).Trim();
}
