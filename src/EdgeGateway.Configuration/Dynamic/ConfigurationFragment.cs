namespace EdgeGateway.Configuration.Dynamic;

/// <summary>A piece of one provider's configuration: an instance or a file.</summary>
/// <param name="Source">Name for messages; fragments are merged in byte order of it.</param>
/// <param name="Age">Grows with time (Nomad's create index): decides which of two definitions is the newer.</param>
/// <param name="Configuration">The elements.</param>
public sealed record ConfigurationFragment(string Source, ulong Age, DynamicConfiguration Configuration);
