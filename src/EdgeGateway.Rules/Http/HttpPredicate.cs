namespace EdgeGateway.Rules.Http;

/// <summary>A compiled rule or a part of one. Matching allocates nothing.</summary>
internal abstract class HttpPredicate
{
    public abstract bool Matches(HttpRequestView request);

    /// <summary>Hosts (or <c>*.x</c> for one more label) of which one must be the request's; null when any host may match.</summary>
    public virtual HashSet<string>? Hosts => null;
}

/// <summary>All must match.</summary>
internal sealed class AllPredicate(HttpPredicate[] operands) : HttpPredicate
{
    // Every operand's condition is necessary: the smallest set is the best index.
    public override HashSet<string>? Hosts => operands.Select(static o => o.Hosts).Where(static h => h is not null).MinBy(static h => h!.Count);

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

/// <summary>One must match.</summary>
internal sealed class AnyPredicate(HttpPredicate[] operands) : HttpPredicate
{
    public override HashSet<string>? Hosts
    {
        get
        {
            var union = new HashSet<string>(StringComparer.Ordinal);
            foreach (var operand in operands)
            {
                if (operand.Hosts is not { } hosts)
                {
                    return null;
                }

                union.UnionWith(hosts);
            }

            return union;
        }
    }

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

/// <summary>The operand must not match.</summary>
internal sealed class NotPredicate(HttpPredicate operand) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) => !operand.Matches(request);
}
