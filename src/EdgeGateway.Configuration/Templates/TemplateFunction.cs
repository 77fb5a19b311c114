namespace EdgeGateway.Configuration.Templates;

/// <summary>A function of the template language.</summary>
/// <param name="Least">Least number of arguments.</param>
/// <param name="Most">Most; −1 = any number.</param>
/// <param name="Invoke">The function; throws <see cref="TemplateException"/> for wrong values.</param>
public sealed record TemplateFunction(int Least, int Most, Func<IReadOnlyList<object?>, object?> Invoke);
