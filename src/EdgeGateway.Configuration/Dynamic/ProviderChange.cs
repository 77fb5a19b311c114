namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Which change of a provider's source a message holds, for telling how long it took to be live.</summary>
/// <param name="Index">The source's number of its newest state in the message (Nomad's index).</param>
/// <param name="Since">When the oldest change in the message reached the gateway (<see cref="TimeProvider.GetTimestamp"/>).</param>
public readonly record struct ProviderChange(ulong Index, long Since);
