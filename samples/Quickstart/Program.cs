using EdgeGateway.Quickstart;
using EdgeGateway.Quickstart.Upstreams;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Tailscale;

// One executable plays all parts, so that one project is all there is to build: it starts itself again with a role.
return args switch
{
    ["role", "nomad", .. var rest] => await EmbeddedNomadProgram.RunAsync(rest),
    ["role", "tailscaled", .. var rest] => await EmbeddedTailscaledProgram.RunAsync(rest),
    ["role", "upstream", var kind, var name, var port] => await UpstreamProgram.RunAsync(kind, name, int.Parse(port)),
    [] => await QuickstartCommand.RunAsync(once: false),
    ["--once"] => await QuickstartCommand.RunAsync(once: true),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Quickstart [--once]");
    return 2;
}
