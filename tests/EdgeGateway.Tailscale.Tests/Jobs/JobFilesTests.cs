using Xunit;

namespace EdgeGateway.Tailscale.Tests.Jobs;

public class JobFilesTests
{
    // The flags of story A's proxy job, word by word.
    private static readonly string[] SeedFlags =
    [
        "--api.dashboard=true",
        "--api.insecure=true",
        "--entrypoints.web.address=:${NOMAD_PORT_http}",
        "--entryPoints.websecure.address=:${NOMAD_PORT_https}",
        "--entrypoints.traefik.address=:${NOMAD_PORT_admin}",
        "--providers.nomad=true",
        "--providers.nomad.endpoint.address=http://100.99.99.99:4646",
        "--certificatesresolvers.tailscaleresolver.tailscale=true",
    ];

    private static readonly string[] Gateways =
    [
        "edge-gateway.nomad.hcl", "edge-gateway.taskapi.nomad.hcl", "edge-gateway.exec.nomad.hcl", "edge-gateway.raw_exec.nomad.hcl",
        "edge-gateway.l4.nomad.hcl",
    ];

    public static TheoryData<string> GatewayFiles => [.. Gateways];

    public static TheoryData<string> AllFiles => [.. Directory.GetFiles(Path.Combine(Corpus.Root, "jobs"), "*.hcl").Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void A_job_file_is_whole_and_indented_with_blanks(string file)
    {
        var text = Text(file);
        HclStructure.Read(text);
        Assert.DoesNotContain('\t', text);
        Assert.DoesNotContain('\r', text);
    }

    [Theory]
    [InlineData("job \"a\" {")]
    [InlineData("a = [1 }")]
    [InlineData("a = \"b\n\"")]
    [InlineData("a = <<-EOT\n text")]
    public void A_broken_file_is_noticed(string text) => Assert.Throws<FormatException>(() => HclStructure.Read(text));

    [Fact]
    public void The_seed_s_flags_stand_in_the_main_job_word_by_word_and_in_order() =>
        Assert.Equal(SeedFlags, Flags("edge-gateway.nomad.hcl").Where(f => f != "--ping=true"));

    [Theory]
    [MemberData(nameof(GatewayFiles))]
    public void Every_flag_is_a_known_option(string file)
    {
        var names = Corpus.Read("conformance/staticOptions.json").ToString().ToLowerInvariant();
        Assert.All(Flags(file), flag =>
        {
            var name = flag[2..flag.IndexOf('=')].ToLowerInvariant();
            var generic = name.Split('.') switch
            {
                ["entrypoints", _, .. var rest] => "entrypoints.<name>." + string.Join('.', rest),
                ["certificatesresolvers", _, .. var rest] => "certificatesresolvers.<name>." + string.Join('.', rest),
                _ => name,
            };
            if (generic == "accesslog.l4")
            {
                return; // ours (docs/access-log-l4.md)
            }

            Assert.True(names.Contains($"\"{generic}\"", StringComparison.Ordinal), $"{flag} ({generic})");
        });
    }

    [Theory]
    [MemberData(nameof(GatewayFiles))]
    public void A_gateway_job_is_safe_by_default(string file)
    {
        var hcl = HclStructure.Read(Text(file));
        var text = Text(file);
        Assert.Contains("kill_signal  = \"SIGTERM\"", text);
        Assert.Contains("kill_timeout = \"25s\"", text); // above graceTimeOut (10 s), below Nomad's max_kill_timeout (30 s)
        Assert.Contains("auto_revert = true", hcl.Bare);
        Assert.Contains("max_parallel = 1", hcl.Bare);
        Assert.Contains("/ping", hcl.Strings);
        Assert.Contains("--ping=true", hcl.Strings);
        Assert.Contains("system", hcl.Strings);
        Assert.DoesNotContain(hcl.Strings, s => s.EndsWith("tailscaled.sock", StringComparison.Ordinal));
        Assert.Equal(file != "edge-gateway.raw_exec.nomad.hcl", hcl.Bare.Contains("volume_mount {", StringComparison.Ordinal));
        Assert.Equal(file == "edge-gateway.taskapi.nomad.hcl", hcl.Bare.Contains("identity { env = true file = true }", StringComparison.Ordinal));
        Assert.Equal(file == "edge-gateway.taskapi.nomad.hcl", !Flags(file).Any(f => f.Contains("endpoint", StringComparison.Ordinal)));
        Assert.DoesNotContain(hcl.Strings, s => s.Contains("token", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_demo_has_six_services_of_which_only_nginx_is_exposed_and_no_static_port()
    {
        var hcl = HclStructure.Read(Text("hashicups.nomad.hcl"));
        Assert.Equal(5, hcl.Strings.Count(s => s == "traefik.enable=false"));
        Assert.Contains("traefik.http.routers.hashicups.rule=Host(`firefly-sub03.west-beta.ts.net`)", hcl.Strings);
        Assert.Contains("traefik.http.routers.hashicups.tls.certResolver=tailscaleresolver", hcl.Strings);
        Assert.Equal(7, hcl.Strings.Count(s => s.Contains("traefik.", StringComparison.Ordinal)));
        Assert.Equal(6, hcl.Bare.Split("service {").Length - 1);
        Assert.DoesNotContain("static", hcl.Bare.Split(' '));
        Assert.DoesNotContain("address", hcl.Bare.Split(' '));
    }

    [Fact]
    public void The_services_of_the_other_two_ports_name_its_entry_points_and_hold_no_password()
    {
        var entryPoints = Flags("edge-gateway.l4.nomad.hcl").Select(static f => f.Split('.', '=')).Where(static p => p[0] == "--entrypoints" && p[2] == "address")
            .Select(static p => p[1]).ToHashSet();
        foreach (var file in (string[])["postgres.nomad.hcl", "dns.nomad.hcl"])
        {
            var hcl = HclStructure.Read(Text(file));
            var named = hcl.Strings.Where(static s => s.Contains(".entrypoints=", StringComparison.Ordinal)).Select(static s => s.Split('=')[1]).ToArray();
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.Contains(name, entryPoints));
            Assert.DoesNotContain("static", hcl.Bare.Split(' '));
            Assert.DoesNotContain(hcl.Strings, static s => s.Contains("PASSWORD=", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_policy_gives_read_job_and_nothing_else()
    {
        var hcl = HclStructure.Read(Text("edge-gateway.policy.hcl"));
        Assert.Equal("namespace \"\" { capabilities = [\"\"] }", hcl.Bare);
        Assert.Equal(["default", "read-job"], hcl.Strings);
    }

    [Fact]
    public void Every_code_of_the_keeper_is_in_the_list_of_messages()
    {
        var listed = File.ReadAllText(Path.Combine(Corpus.Root, "docs", "messages.md"));
        var source = string.Concat(Directory.GetFiles(Path.Combine(Corpus.Root, "src", "EdgeGateway.Tailscale"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));
        var codes = source.Split('"').Where(s => s.StartsWith("EG-", StringComparison.Ordinal)).Distinct().ToArray();
        Assert.True(codes.Length > 10);
        Assert.All(codes, code => Assert.Contains($"| {code} |", listed));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Corpus.Root, "jobs", file));

    private static string[] Flags(string file) => [.. HclStructure.Read(Text(file)).Strings.Where(s => s.StartsWith("--", StringComparison.Ordinal))];
}
