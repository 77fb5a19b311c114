namespace EdgeGateway.Rules.Http;

/// <summary>All operands must match.</summary>
internal sealed class AllPredicate(HttpPredicate[] operands) : HttpPredicate
{
    public override HttpIndexKeys Keys => operands.Select(static operand => operand.Keys).Aggregate(static (a, b) => a.And(b));

    public override bool Matches(HttpRequestView request)
    {
        foreach (var operand in operands)
        {
            if (!operand.Matches(request))
            {
                return false;
            }
        }

        return true;
    }
}
