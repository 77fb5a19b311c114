namespace EdgeGateway.Proxy.Services;

/// <summary>Why a server of a service is left out, or its check.</summary>
/// <param name="Text">What is wrong.</param>
/// <param name="IsWarning">True: the server is good and it is the gateway that does not want it; the service stays enabled.</param>
/// <param name="Code">Code of the message (docs/messages.md).</param>
public readonly record struct ServerProblem(string Text, bool IsWarning, string Code = "EG-SERVER");
