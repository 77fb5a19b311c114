using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Files.Provider;

/// <summary>What the provider publishes, and when.</summary>
public sealed class FileProviderTests
{
    [Fact]
    public async Task Files_of_a_folder_and_the_folders_below_are_merged()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.toml", "[http.routers.a]\nrule = \"Host(`a.test`)\"\nservice = \"s\"\n");
        folder.Write("below/b.yaml", "http:\n  services:\n    s: {loadBalancer: {servers: [{url: http://127.0.0.1:1}]}}\n");
        folder.Write("c.YML", "udp:\n  services:\n    u: {loadBalancer: {servers: [{address: '127.0.0.1:5'}]}}\n");
        folder.Write("readme.txt", "no configuration");
        folder.Write(".#a.toml", "[[[");
        var message = await folder.Start().NextAsync();
        Assert.Empty(message.Problems);
        Assert.Equal("file", message.Provider);
        Assert.Equal("Host(`a.test`)", message.Configuration.Http.Routers["a"].Rule);
        Assert.Equal("http://127.0.0.1:1", message.Configuration.Http.Services["s"].LoadBalancer!.Servers[0].Url);
        Assert.Equal("127.0.0.1:5", message.Configuration.Udp.Services["u"].LoadBalancer!.Servers[0].Address);
        await folder.Provider.FirstAnswer;
    }

    [Fact]
    public async Task Of_two_definitions_the_first_file_counts_and_the_warning_names_both()
    {
        await using var folder = new ProviderFolder();
        folder.Write("2.yml", "http: {routers: {r: {rule: PathPrefix(`/2`)}}}");
        folder.Write("1.yml", "http: {routers: {r: {rule: PathPrefix(`/1`)}, R: {rule: PathPrefix(`/R`)}}}");
        var message = await folder.Start().NextAsync();
        Assert.Equal("PathPrefix(`/1`)", message.Configuration.Http.Routers["r"].Rule);
        Assert.Equal("PathPrefix(`/R`)", message.Configuration.Http.Routers["R"].Rule);
        var problem = Assert.Single(message.Problems);
        Assert.Equal(("EG-FILE-CONFLICT", ProblemSeverity.Warning), (problem.Code, problem.Severity));
        Assert.Contains("1.yml and 2.yml: the one in 1.yml counts", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_leaves_the_objects_of_everything_else_alone()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.yml", "http: {routers: {a1: {rule: Path(`/a1`)}, a2: {rule: Path(`/a2`)}}}");
        folder.Write("b.yml", "http: {routers: {b: {rule: Path(`/b`)}}}");
        var before = (await folder.Start().NextAsync()).Configuration.Http.Routers;
        folder.Write("a.yml", "http: {routers: {a1: {rule: Path(`/a1`)}, a2: {rule: Path(`/new`)}}}");
        var after = (await folder.NextAsync(static m => m.Configuration.Http.Routers["a2"].Rule == "Path(`/new`)")).Configuration.Http.Routers;
        Assert.Same(before["a1"], after["a1"]);
        Assert.Same(before["b"], after["b"]);
    }

    [Theory]
    [InlineData("http: {routers: {a: [", "a.yml:", "EG-FILE-SYNTAX")]
    [InlineData("http:\n  routers:\n    {{ nosuch }}\n", "a.yml:3:8", "EG-FILE-TEMPLATE")]
    [InlineData("http: {routers: {a: {rule: x}}}\n{{ fail \"no\" }}", "a.yml:2:4", "EG-FILE-TEMPLATE")]
    public async Task A_broken_file_keeps_its_own_last_good_state_only(string broken, string place, string code)
    {
        await using var folder = new ProviderFolder();
        var path = folder.Write("a.yml", "http: {routers: {a: {rule: Path(`/a`)}}}");
        folder.Write("b.yml", "http: {routers: {b: {rule: Path(`/b`)}}}");
        await folder.Start().NextAsync();
        folder.Write("a.yml", broken);
        folder.Write("b.yml", "http: {routers: {b: {rule: Path(`/new`)}}}");
        var message = await folder.NextAsync(static m => m.Problems.Count > 0);
        var problem = Assert.Single(message.Problems);
        Assert.Equal((code, ProblemSeverity.Error), (problem.Code, problem.Severity));
        Assert.Contains(place, problem.Location.Text, StringComparison.Ordinal);
        Assert.StartsWith(path, problem.Location.Text, StringComparison.Ordinal);
        Assert.Equal("Path(`/a`)", message.Configuration.Http.Routers["a"].Rule);
        Assert.Equal("Path(`/new`)", message.Configuration.Http.Routers["b"].Rule);

        folder.Write("a.yml", "http: {routers: {a: {rule: Path(`/mended`)}}}");
        message = await folder.NextAsync(static m => m.Problems.Count == 0);
        Assert.Equal("Path(`/mended`)", message.Configuration.Http.Routers["a"].Rule);
    }

    [Fact]
    public async Task A_faulty_element_is_named_with_a_near_name_and_costs_no_other()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.toml", "[http.routers.a]\nrule = \"Path(`/a`)\"\n[http.routers.b]\nrule = \"Path(`/b`)\"\n[http.routers.c]\nrul = \"x\"\n[htpp]\nx = 1\n");
        var message = await folder.Start().NextAsync();
        Assert.Equal(["a", "b"], message.Configuration.Http.Routers.Keys);
        Assert.Contains(message.Problems, static p => p.Code == "EG-CONFIG-FIELD"
            && p.Location.Text.EndsWith("a.toml:6:7", StringComparison.Ordinal) && p.Message.Contains("did you mean 'rule'", StringComparison.Ordinal));
        Assert.Contains(message.Problems, static p => p is { Code: "EG-CONFIG-IGNORED", Severity: ProblemSeverity.Warning }
            && p.Message.Contains("did you mean 'http'", StringComparison.Ordinal));

        // The same mistake in a router that was good: its last good definition stays.
        folder.Write("a.toml", "[http.routers.a]\nrule = \"Path(`/a2`)\"\n[http.routers.b]\npriority = \"x\"\n");
        message = await folder.NextAsync(static m => m.Configuration.Http.Routers["a"].Rule == "Path(`/a2`)");
        Assert.Equal("Path(`/b`)", message.Configuration.Http.Routers["b"].Rule);
        Assert.Contains(message.Problems, static p => p.Code == "EG-FILE-KEPT" && p.Message.Contains("http.routers.b", StringComparison.Ordinal));

        folder.Write("a.toml", "[http.routers.a]\nrule = \"Path(`/a2`)\"\n");
        message = await folder.NextAsync(static m => !m.Configuration.Http.Routers.ContainsKey("b"));
        Assert.Empty(message.Problems);
    }

    [Fact]
    public async Task A_faulty_certificate_costs_itself_only()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.yml", "tls:\n  certificates:\n  - {certFile: a.crt, keyFile: a.key}\n  - {certFil: b.crt}\n  options: {o: {minVersion: VersionTLS13}}\n  stores: {default: {defaultCertificate: {certFile: d.crt, keyFile: d.key}}}\n");
        var message = await folder.Start().NextAsync();
        Assert.Equal("a.crt", Assert.Single(message.Configuration.Tls.Certificates).CertFile);
        Assert.Equal("VersionTLS13", message.Configuration.Tls.Options["o"].MinVersion);
        Assert.Equal("d.key", message.Configuration.Tls.Stores["default"].DefaultCertificate!.KeyFile);
        Assert.EndsWith("a.yml:4:15", Assert.Single(message.Problems).Location.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_in_two_spellings_is_an_error_for_options()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.yml", "http: {routers: {a: {rule: x, Rule: y}, b: {RULE: z}}}");
        var message = await folder.Start().NextAsync();
        Assert.Equal("z", Assert.Single(message.Configuration.Http.Routers).Value.Rule);
        Assert.Contains("two spellings", Assert.Single(message.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Templates_are_rendered_and_positions_are_those_of_the_file()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.toml",
            """
            {{- range $i, $name := split "x,y" "," }}
            [http.routers.{{ $name }}]
              rule = "Host(`{{ $name | upper }}{{ $i }}.test`)"
            {{ end -}}
            [http.routers.z]
              rulle = "x"
            """);
        var message = await folder.Start().NextAsync();
        Assert.Equal(["Host(`X0.test`)", "Host(`Y1.test`)"], message.Configuration.Http.Routers.Values.Select(static r => r.Rule));
        Assert.EndsWith("a.toml:6:11", Assert.Single(message.Problems).Location.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rename_and_replace_and_half_written_files_publish_whole_texts_only()
    {
        await using var folder = new ProviderFolder();
        var path = folder.Write("a.yml", Routers(3));
        await folder.Start().NextAsync();
        for (var i = 4; i < 8; i++)
        {
            // As vim does: the old file is moved away first.
            File.Move(path, path + "~", overwrite: true);
            File.WriteAllText(path, "");
            await using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            await using (var writer = new StreamWriter(stream))
            {
                foreach (var line in Routers(i).Split('\n'))
                {
                    await writer.WriteLineAsync(line);
                    await writer.FlushAsync();
                }
            }

            var message = await folder.NextAsync();
            Assert.Equal(i, message.Configuration.Http.Routers.Count);
            Assert.Empty(message.Problems);

            File.WriteAllText(path + ".new", Routers(i + 10));
            File.Move(path + ".new", path, overwrite: true);
            Assert.Equal(i + 10, (await folder.NextAsync()).Configuration.Http.Routers.Count);
        }

        Assert.Empty(folder.Waiting());
    }

    [Fact]
    public async Task A_swapped_folder_link_is_one_change()
    {
        // The layout of Kubernetes and of Nomad's mounted templates.
        await using var folder = new ProviderFolder();
        folder.Write("..1/a.yml", Routers(1));
        folder.Write("..2/a.yml", Routers(2));
        File.CreateSymbolicLink(Path.Join(folder.Dyn, "..data"), "..1");
        File.CreateSymbolicLink(Path.Join(folder.Dyn, "a.yml"), "..data/a.yml");
        var first = await folder.Start().NextAsync();
        Assert.Single(first.Configuration.Http.Routers);
        Assert.Empty(first.Problems);
        File.CreateSymbolicLink(Path.Join(folder.Dyn, "..tmp"), "..2");
        // .NET has no rename of a link to a folder over another one.
        using var move = System.Diagnostics.Process.Start("mv", ["-T", Path.Join(folder.Dyn, "..tmp"), Path.Join(folder.Dyn, "..data")]);
        await move.WaitForExitAsync();
        Assert.Equal(2, (await folder.NextAsync()).Configuration.Http.Routers.Count);
    }

    [Fact]
    public async Task A_file_behind_a_link_to_elsewhere_is_followed()
    {
        await using var folder = new ProviderFolder();
        folder.Write("b.yml", Routers(1));
        var elsewhere = Directory.CreateDirectory(Path.Join(folder.Root, "elsewhere")).FullName;
        File.WriteAllText(Path.Join(elsewhere, "a.yml"), "tcp: {routers: {t: {rule: HostSNI(`*`)}}}");
        File.CreateSymbolicLink(Path.Join(folder.Dyn, "a.yml"), Path.Join(elsewhere, "a.yml"));
        Assert.Single((await folder.Start().NextAsync()).Configuration.Tcp.Routers);
        File.WriteAllText(Path.Join(elsewhere, "a.yml"), "tcp: {routers: {t: {rule: HostSNI(`*`)}, u: {rule: HostSNI(`u`)}}}");
        Assert.Equal(2, (await folder.NextAsync()).Configuration.Tcp.Routers.Count);
    }

    [Fact]
    public async Task A_folder_that_goes_keeps_its_routes_and_is_followed_again_when_it_is_back()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.yml", Routers(1));
        await folder.Start().NextAsync();
        Directory.Delete(folder.Dyn, recursive: true);
        var gone = await folder.NextAsync(static m => m.Problems.Count > 0);
        Assert.Single(gone.Configuration.Http.Routers);
        Assert.Equal("EG-FILE-READ", gone.Problems[0].Code);
        for (var i = 2; i < 4; i++)
        {
            folder.Write("a.yml", Routers(i));
            var back = await folder.NextAsync(m => m.Configuration.Http.Routers.Count == i);
            Assert.Empty(back.Problems);
        }

        File.Delete(Path.Join(folder.Dyn, "a.yml"));
        Assert.Empty((await folder.NextAsync(static m => m.Configuration.Http.Routers.Count == 0)).Problems);
    }

    [Fact]
    public async Task A_new_folder_below_is_followed()
    {
        await using var folder = new ProviderFolder();
        folder.Write("a.yml", Routers(1));
        await folder.Start().NextAsync();
        for (var i = 2; i < 5; i++)
        {
            folder.Write("below/deep/b.yml", $"http: {{routers: {{b{i}: {{rule: x}}}}}}");
            await folder.NextAsync(m => m.Configuration.Http.Routers.ContainsKey($"b{i}"));
        }
    }

    [Fact]
    public async Task One_file_is_followed_also_when_it_comes_later()
    {
        await using var folder = new ProviderFolder();
        Directory.CreateDirectory(folder.Dyn);
        folder.Start(new() { Filename = Path.Join(folder.Dyn, "one.toml") });
        var missing = await folder.NextAsync();
        Assert.Equal("EG-FILE-READ", Assert.Single(missing.Problems).Code);
        folder.Write("other.toml", "[http.routers.other]\nrule = \"x\"\n");
        folder.Write("one.toml", "[http.routers.one]\nrule = \"x\"\n");
        var message = await folder.NextAsync(static m => m.Problems.Count == 0);
        Assert.Equal(["one"], message.Configuration.Http.Routers.Keys);
    }

    [Theory]
    [InlineData(null, "needs filename or directory")]
    [InlineData("x.ini", "unsupported file extension '.ini'")]
    public async Task What_cannot_be_is_said_and_the_start_goes_on(string? filename, string text)
    {
        await using var folder = new ProviderFolder();
        folder.Start(new FileConfig { Filename = filename });
        Assert.Contains(text, Assert.Single((await folder.NextAsync()).Problems).Message, StringComparison.Ordinal);
        await folder.Provider.FirstAnswer;
    }

    [Fact]
    public async Task A_file_that_is_no_text_is_named()
    {
        await using var folder = new ProviderFolder();
        folder.Write("b.yml", Routers(1));
        File.WriteAllBytes(Path.Join(folder.Dyn, "a.yml"), [0x66, 0xff, 0xfe]);
        File.CreateSymbolicLink(Path.Join(folder.Dyn, "c.yml"), "nowhere.yml");
        var message = await folder.Start().NextAsync();
        Assert.Single(message.Configuration.Http.Routers);
        Assert.Contains(message.Problems, static p => p.Location.Text.EndsWith("a.yml", StringComparison.Ordinal) && p.Message.Contains("UTF-8", StringComparison.Ordinal));
        Assert.Contains(message.Problems, static p => p.Location.Text.EndsWith("c.yml", StringComparison.Ordinal) && p.Message.Contains("does not exist", StringComparison.Ordinal));
    }

    private static string Routers(int count) =>
        "http:\n  routers:\n" + string.Concat(Enumerable.Range(0, count).Select(static i => $"    r{i}:\n      rule: Path(`/{i}`)\n      service: s\n"));
}
