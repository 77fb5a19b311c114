namespace EdgeGateway.Rules.Http;

/// <summary>One operand must match.</summary>
internal sealed class AnyPredicate(HttpPredicate[] operands) : HttpPredicate
{
    public override HttpIndexKeys Keys => operands.Select(static operand => operand.Keys).Aggregate(static (a, b) => a.Or(b));

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
