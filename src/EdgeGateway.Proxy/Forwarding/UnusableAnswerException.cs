namespace EdgeGateway.Proxy.Forwarding;

/// <summary>A server's head that must not be passed on.</summary>
public sealed class UnusableAnswerException(string message) : Exception(message);
