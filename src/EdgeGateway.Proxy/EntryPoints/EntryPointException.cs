namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>An entry point cannot be opened; ends the start.</summary>
public sealed class EntryPointException(string message, Exception cause) : Exception(message, cause);
