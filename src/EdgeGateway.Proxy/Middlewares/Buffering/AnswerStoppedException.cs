namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>Tells whoever passes an answer on that no more of it is taken. Forwarders read it as a cut, and close the server's connection.</summary>
internal sealed class AnswerStoppedException() : IOException("the answer is not wanted any more");
