namespace EdgeGateway.Nomad.Watch;

/// <summary>One full look at Nomad: the list of names, then each name.</summary>
/// <param name="Index">Index of the list of names: the oldest moment of the look.</param>
/// <param name="Services">What was read per name, each with its own index.</param>
/// <param name="Unread">Names whose read failed alone; what is known of them stays.</param>
internal sealed record NomadSnapshot(ulong Index, IReadOnlyList<ReadService> Services, IReadOnlySet<string> Unread);

/// <summary>The instances of one name as read at one index.</summary>
internal sealed record ReadService(string Name, ulong Index, IReadOnlyList<NomadInstance> Instances);
