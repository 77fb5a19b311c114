using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>How messages name an instance and one of its tags.</summary>
internal static class InstanceAddress
{
    /// <summary><c>provider nomad, namespace default, job web, service web, allocation 1a2b3c4d</c>.</summary>
    internal static string Of(NomadInstance instance, string provider, int others = 0)
    {
        // Nomad shows the first eight characters of an allocation's ID. A service that is scaled to nothing has none.
        var allocation = instance.AllocId.Length > 8 ? instance.AllocId[..8] : instance.AllocId;
        var where = allocation.Length == 0 ? "" : $", allocation {allocation}";
        var more = others == 0 ? "" : $" and {others} more";
        return $"provider {provider}, namespace {instance.Namespace}, job {instance.JobId}, service {instance.ServiceName}{where}{more}";
    }

    /// <summary>The same with the tag that sets an option; without it where no tag does, such as a rule made by the default rule.</summary>
    internal static ElementOrigin Origin(NomadInstance instance, string provider, string prefix, string path)
    {
        // Longest part of the path that a tag gives: a list or a switch may stand for its children.
        for (var wanted = path; wanted.Contains('.', StringComparison.Ordinal); wanted = wanted[..wanted.LastIndexOf('.')])
        {
            foreach (var tag in instance.Tags)
            {
                if (KeyOf(tag, prefix) is { } key && Fits(key, wanted))
                {
                    return new(instance.JobId, $"{Of(instance, provider)}, tag {tag[..tag.IndexOf('=', StringComparison.Ordinal)].Trim()}");
                }
            }
        }

        return new(instance.JobId, Of(instance, provider));
    }

    // The edge.* tags count as in the decoder.
    private static string? KeyOf(string tag, string prefix)
    {
        var equals = tag.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return null;
        }

        var written = tag[..equals].Trim();
        foreach (var root in (ReadOnlySpan<string>)["edge", prefix])
        {
            if (root.Length > 0 && written.StartsWith(root, StringComparison.Ordinal) && written.Length > root.Length && written[root.Length] == '.')
            {
                return written[(root.Length + 1)..];
            }
        }

        return prefix.Length == 0 ? written : null;
    }

    private static bool Fits(string key, string wanted) =>
        key.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) && (key.Length == wanted.Length || key[wanted.Length] == '.');
}
