// The sockets library reads this switch once, when its first type is touched: it must be the first thing that happens (design decision 5).
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") is null)
{
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}

return await EdgeGateway.Commands.CommandLine.RunAsync(args);
