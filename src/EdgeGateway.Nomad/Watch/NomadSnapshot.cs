namespace EdgeGateway.Nomad.Watch;

/// <summary>One full look at Nomad: the list of names, then each name.</summary>
/// <param name="Index">Index of the list of names: the oldest moment of the look.</param>
/// <param name="Services">What was read per name, each with its own index.</param>
/// <param name="Unread">Names whose read failed alone; what is known of them stays.</param>
internal sealed record NomadSnapshot(ulong Index, IReadOnlyList<ReadService> Services, IReadOnlySet<string> Unread);

/// <summary>The instances of one name as read at one index.</summary>
/// <param name="Name">The name.</param>
/// <param name="Index">Nomad's index when it was read.</param>
/// <param name="Instances">What is registered under it.</param>
/// <param name="IsEarly">True: it was read before the event stream was heard, so a change after it may have gone unnoticed.</param>
internal sealed record ReadService(string Name, ulong Index, IReadOnlyList<NomadInstance> Instances, bool IsEarly = false);
