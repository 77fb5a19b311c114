using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Templates;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Makes the rule of routers that have none (dynamic-config §2.6).</summary>
internal sealed class DefaultRuleRenderer
{
    private readonly GoTemplate _template;

    /// <exception cref="ConfigurationException">The template is wrong; the message has the position.</exception>
    internal DefaultRuleRenderer(string template)
    {
        try
        {
            _template = GoTemplate.Parse("defaultRule", template, RegexFunctions.All);
        }
        catch (TemplateException fault)
        {
            throw new ConfigurationException(new("EG-NOMAD-TEMPLATE", ProblemSeverity.Error, new("providers.nomad.defaultRule"), fault.Message));
        }
    }

    /// <summary>The rule, or null with a problem.</summary>
    internal string? Render(string serviceName, IReadOnlyDictionary<string, string> labels, string router, FragmentProblems problems)
    {
        string rule;
        try
        {
            rule = _template.Render(new Dictionary<string, object?> { ["Name"] = serviceName, ["Labels"] = labels });
        }
        catch (TemplateException fault)
        {
            problems.Error("EG-NOMAD-TEMPLATE", $"router {router}", $"the default rule of router {router} cannot be made: {fault.Message}");
            return null;
        }

        if (rule.Length > 0)
        {
            return rule;
        }

        problems.Error("EG-NOMAD-RULE", $"router {router}", $"router {router} has no rule, and the default rule gives an empty text for it");
        return null;
    }
}
