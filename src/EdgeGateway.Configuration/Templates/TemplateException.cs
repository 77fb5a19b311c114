namespace EdgeGateway.Configuration.Templates;

/// <summary>A template is wrong or failed while it was rendered; the message has name, line and column.</summary>
public sealed class TemplateException(string message) : Exception(message);
