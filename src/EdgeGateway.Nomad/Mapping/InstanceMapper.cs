using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Rules.Constraints;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// From Nomad's instances to configuration (dynamic-config §2.4–2.8), in these steps:
/// 1. an instance that keeps its object keeps its fragment;
/// 2. else its tags are decoded, once for all instances with equal tags;
/// 3. enabled? constraints? then TCP, UDP and HTTP are completed with implied names, servers, default rule and links;
/// 4. the fragments are merged in byte order of their internal names; unchanged elements keep their objects;
/// 5. equal problems of the instances of one service become one.
/// Not safe for concurrent calls.
/// </summary>
public sealed class InstanceMapper
{
    private readonly InstanceMapperOptions _options;
    private readonly DefaultRuleRenderer _defaultRule;
    private readonly ConstraintExpression? _constraints;
    private readonly ConfigurationMerger _merger = new(MergeStrategy.Merge);
    private Dictionary<NomadInstance, InstanceFragment> _fragments = new(ReferenceEqualityComparer.Instance);
    private Dictionary<ConfigList<string>, DecodedTags> _decoded = [];
    private InstanceMapping _last = new(DynamicConfiguration.Empty, ConfigList<ConfigurationProblem>.Empty);

    /// <summary>Prepares the default rule and the constraints.</summary>
    /// <exception cref="ConfigurationException">One of them is wrong: this provider cannot run.</exception>
    public InstanceMapper(InstanceMapperOptions options)
    {
        _options = options;
        _defaultRule = new(options.DefaultRule);
        _constraints = options.Constraints.Length == 0 ? null : ParseConstraints(options.Constraints);
    }

    /// <summary>Fragments made anew by the last call; the rest was kept.</summary>
    public int LastDecoded { get; private set; }

    /// <summary>Maps all instances of one namespace.</summary>
    /// <param name="instances">The complete table; unchanged instances are the same objects as before.</param>
    public InstanceMapping Map(IEnumerable<NomadInstance> instances)
    {
        var fragments = new Dictionary<NomadInstance, InstanceFragment>(_fragments.Count, ReferenceEqualityComparer.Instance);
        var decoded = new Dictionary<ConfigList<string>, DecodedTags>();
        LastDecoded = 0;
        foreach (var instance in instances)
        {
            if (!_fragments.TryGetValue(instance, out var fragment))
            {
                fragment = Build(instance, decoded);
                LastDecoded++;
            }

            fragments[instance] = fragment;
        }

        var changed = LastDecoded > 0 || fragments.Count != _fragments.Count;
        _fragments = fragments;
        if (LastDecoded > 0)
        {
            // Tags of the latest change: a rolling update brings the same tags again with its next instance.
            _decoded = decoded;
        }

        if (changed)
        {
            var configuration = _merger.Merge(Sort(fragments.Values), out var conflicts);
            _last = new(configuration, Report(fragments.Values, conflicts));
        }

        return _last;
    }

    /// <summary>The two tags that are read outside the decoder: enabled, and canary. Both keys are case-sensitive, both values are not.</summary>
    internal static (bool Enabled, bool Canary) Flags(IReadOnlyDictionary<string, string> labels, bool exposedByDefault) =>
        (IsTrue(labels, "traefik.enable", exposedByDefault), IsTrue(labels, "traefik.nomad.canary", false));

    /// <summary>True when an instance with these flags and raw tags is used.</summary>
    internal bool Keeps(bool enabled, IReadOnlyList<string> tags) => enabled && (_constraints is null || _constraints.Matches(tags));

    private static bool IsTrue(IReadOnlyDictionary<string, string> labels, string key, bool absent) =>
        labels.TryGetValue(key, out var value) ? value.Equals("true", StringComparison.OrdinalIgnoreCase) : absent;

    private static ConstraintExpression ParseConstraints(string text)
    {
        try
        {
            return ConstraintExpression.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new ConfigurationException(new("EG-NOMAD-CONSTRAINTS", ProblemSeverity.Error, new("providers.nomad.constraints"), fault.Message));
        }
    }

    // A clash of internal names overwrites, as in Traefik.
    private static ConfigurationFragment[] Sort(IEnumerable<InstanceFragment> fragments)
    {
        var byName = new Dictionary<string, ConfigurationFragment>(StringComparer.Ordinal);
        foreach (var fragment in fragments)
        {
            if (fragment.Fragment is { } used)
            {
                byName[used.Source] = used;
            }
        }

        var sorted = byName.Values.ToArray();
        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Source, right.Source));
        return sorted;
    }

    private InstanceFragment Build(NomadInstance instance, Dictionary<ConfigList<string>, DecodedTags> decoded)
    {
        if (!decoded.TryGetValue(instance.Tags, out var tags))
        {
            tags = _decoded.GetValueOrDefault(instance.Tags) ?? TagDecoder.Decode(instance.Tags, _options.Prefix);
            decoded.Add(instance.Tags, tags);
        }

        var (enabled, canary) = Flags(tags.Labels, _options.ExposedByDefault);
        if (!Keeps(enabled, instance.Tags))
        {
            return new(instance, null, []);
        }

        var problems = new FragmentProblems(tags.Problems);
        var configuration = Complete(instance, tags, InstanceNames.Implied(instance, canary), problems);
        return new(instance, configuration is null ? null : new(InstanceNames.Internal(instance), instance.CreateIndex, configuration), problems.All);
    }

    private DynamicConfiguration? Complete(NomadInstance instance, DecodedTags tags, string implied, FragmentProblems problems)
    {
        var tcp = new TcpFragmentBuilder(instance, implied, tags, _options, problems);
        var udp = new UdpFragmentBuilder(instance, implied, tags, _options, problems);
        if (tcp.Build() is not { } tcpPart || udp.Build() is not { } udpPart)
        {
            return null;
        }

        var http = tags.Configuration.Http;
        var anyHttp = http.Routers.Count > 0 || http.Middlewares.Count > 0 || http.Services.Count > 0 || tags.HasDropped("http.routers")
            || tags.HasDropped("http.services") || tags.HasDropped("http.middlewares");
        if (!(tcp.IsPresent || udp.IsPresent) || anyHttp)
        {
            if (new HttpFragmentBuilder(instance, implied, tags, _defaultRule, _options, problems).Build() is not { } httpPart)
            {
                return null;
            }

            http = httpPart;
        }

        return new() { Http = http, Tcp = tcpPart, Udp = udpPart, Tls = tags.Configuration.Tls };
    }

    private static ConfigList<ConfigurationProblem> Report(IEnumerable<InstanceFragment> fragments, IReadOnlyList<MergeConflict> conflicts)
    {
        var groups = new Dictionary<(string Job, string Service, ConfigurationProblem Problem), (string Allocation, int Count)>();
        foreach (var fragment in fragments)
        {
            foreach (var problem in fragment.Problems)
            {
                var key = (fragment.Instance.JobId, fragment.Instance.ServiceName, problem);
                groups[key] = groups.TryGetValue(key, out var known) ? (known.Allocation, known.Count + 1) : (fragment.Instance.AllocId, 1);
            }
        }

        var problems = new List<ConfigurationProblem>(groups.Count + conflicts.Count);
        foreach (var ((job, service, problem), (allocation, count)) in groups)
        {
            // Nomad shows the first eight characters of an allocation's ID.
            var shown = allocation.Length > 8 ? allocation[..8] : allocation;
            var more = count == 1 ? "" : $" and {count - 1} more";
            problems.Add(problem with { Location = new($"job {job}, service {service}, allocation {shown}{more}, {problem.Location.Text}") });
        }

        foreach (var conflict in conflicts)
        {
            problems.Add(new(
                "EG-NOMAD-CONFLICT", ProblemSeverity.Warning, new($"instances {string.Join(", ", conflict.Sources.Take(4))}{(conflict.Sources.Count > 4 ? ", …" : "")}"),
                $"{conflict.Kind} {conflict.Name} is defined with different settings; those that were first seen last are used ({conflict.Winners[0]})"));
        }

        return problems.OrderBy(static problem => problem.Location.Text, StringComparer.Ordinal).ThenBy(static problem => problem.Message, StringComparer.Ordinal).ToConfigList();
    }
}
