using EdgeGateway.Testbed.Measurements;

// What the tests use as a library, by itself: measurements that need the stand-ins and the real gateway.
return args switch
{
    ["route-live", "--gateway", var executable] => await RouteLiveCommand.RunAsync(executable),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: route-live --gateway PATH-OF-THE-EXECUTABLE");
    return 2;
}
