namespace EdgeGateway.Nomad.Client;

/// <summary>One change that the stream told.</summary>
/// <param name="Index">Raft index of the change.</param>
/// <param name="Removed">True: the registration is gone; <paramref name="Instance"/> is what was stored last.</param>
/// <param name="Instance">The registration.</param>
internal readonly record struct ServiceEvent(ulong Index, bool Removed, NomadInstance Instance);
