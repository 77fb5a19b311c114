using EdgeGateway.OuterTier;

return args switch
{
    [] => await OuterTierCommand.RunAsync(once: false),
    ["--once"] => await OuterTierCommand.RunAsync(once: true),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: OuterTier [--once]");
    return 2;
}
