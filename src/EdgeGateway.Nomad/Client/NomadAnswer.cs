namespace EdgeGateway.Nomad.Client;

/// <summary>A credible answer of a list endpoint.</summary>
/// <param name="Index"><c>X-Nomad-Index</c>: index of the whole registrations table, never 0.</param>
/// <param name="Value">The body.</param>
internal readonly record struct NomadAnswer<T>(ulong Index, T Value);

/// <summary>One name of <c>/v1/services</c> with the sorted union of the tags of its instances.</summary>
internal sealed record ServiceListing(string Namespace, string Name, string[] Tags);
