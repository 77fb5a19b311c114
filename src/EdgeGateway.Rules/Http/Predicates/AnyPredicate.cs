namespace EdgeGateway.Rules.Http;

/// <summary>One operand must match.</summary>
internal sealed class AnyPredicate(HttpPredicate[] operands) : HttpPredicate
{
    public override HttpIndexKeys Keys => HttpIndexKeys.OneOf([.. operands.Select(static operand => operand.Keys)]);

    public override bool Matches(HttpRequestView request)
    {
        foreach (var operand in operands)
        {
            if (operand.Matches(request))
            {
                return true;
            }
        }

        return false;
    }
}
