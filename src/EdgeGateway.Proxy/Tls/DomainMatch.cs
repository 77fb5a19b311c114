namespace EdgeGateway.Proxy.Tls;

/// <summary>Certificate names against a server name; <c>*</c> stands for one label, from the left only.</summary>
internal static class DomainMatch
{
    /// <summary>True for the name itself and for a name whose first labels are <c>*</c> (Traefik's MatchDomain).</summary>
    public static bool Matches(string domain, string certificateName)
    {
        var name = certificateName.TrimEnd('.');
        if (domain == name)
        {
            return true;
        }

        var labels = domain.Split('.');
        var nameLabels = name.Split('.');
        if (labels.Length != nameLabels.Length || nameLabels[0] != "*")
        {
            return false;
        }

        var i = 0;
        while (i < nameLabels.Length && nameLabels[i] == "*")
        {
            i++;
        }

        return labels.AsSpan(i).SequenceEqual(nameLabels.AsSpan(i));
    }
}
