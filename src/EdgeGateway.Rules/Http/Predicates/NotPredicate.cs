namespace EdgeGateway.Rules.Http;

/// <summary>The operand must not match; nothing follows from that for an index.</summary>
internal sealed class NotPredicate(HttpPredicate operand) : HttpPredicate
{
    public override bool Matches(HttpRequestView request) => !operand.Matches(request);
}
