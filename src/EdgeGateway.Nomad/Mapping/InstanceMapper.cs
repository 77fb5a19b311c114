using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Rules.Constraints;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// From Nomad's instances to configuration (dynamic-config §2.4–2.8), in these steps:
/// 1. an instance that keeps its object keeps its fragment; only where the list differs from the last one is there anything to do;
/// 2. else its tags are decoded, once for all instances with equal tags;
/// 3. enabled? constraints? then TCP, UDP and HTTP are completed with implied names, servers, default rule and links;
/// 4. the fragments are merged in byte order of their internal names; unchanged elements keep their objects;
/// 5. routers of a service whose last instance went are kept for a grace time, without servers;
/// 6. equal problems of the instances of one service become one.
/// Not safe for concurrent calls.
/// </summary>
public sealed class InstanceMapper
{
    private const int MaximumDecodedKept = 256;

    private readonly InstanceMapperOptions _options;
    private readonly DefaultRuleRenderer _defaultRule;
    private readonly ConstraintExpression? _constraints;
    private readonly ConfigurationMerger _merger = new(MergeStrategy.Merge);
    private readonly FirstSeenIndexes _ages = new();
    private readonly VanishedServices _vanished;
    private readonly MappedInstances _mapped = new();
    private Dictionary<ConfigList<string>, DecodedTags> _decoded = [];
    private InstanceMapping _last = new(DynamicConfiguration.Empty, ConfigList<ConfigurationProblem>.Empty);

    /// <summary>Prepares the default rule and the constraints.</summary>
    /// <exception cref="ConfigurationException">One of them is wrong: this provider cannot run.</exception>
    public InstanceMapper(InstanceMapperOptions options, TimeProvider? time = null)
    {
        _options = options;
        _vanished = new(time ?? TimeProvider.System, options.LastInstanceGrace);
        _defaultRule = new(options.DefaultRule);
        _constraints = options.Constraints.Length == 0 ? null : ParseConstraints(options.Constraints);
    }

    /// <summary>Fragments made anew by the last call; the rest was kept.</summary>
    public int LastDecoded { get; private set; }

    /// <summary>When <see cref="Map"/> must be called again although no instance changed, from now; null = never.</summary>
    public TimeSpan? Due => _vanished.Due;

    /// <summary>Maps all instances of one namespace.</summary>
    /// <param name="instances">The complete table; unchanged instances are the same objects as before. An array is taken over and must not change.</param>
    public InstanceMapping Map(IEnumerable<NomadInstance> instances)
    {
        var decoded = new Dictionary<ConfigList<string>, DecodedTags>();
        var removed = _mapped.Update(instances as NomadInstance[] ?? [.. instances], _ages.Gone, instance => Build(instance, decoded), out var made);
        LastDecoded = made;

        var changed = made > 0 || removed.Count > 0;
        if (changed || _vanished.Due is not null)
        {
            changed |= _vanished.Update(removed, _mapped.HasService);
        }

        if (made > 0)
        {
            // Tags of the latest change: a rolling update brings the same tags again with its next instance. Not those of a whole table.
            _decoded = decoded.Count <= MaximumDecodedKept ? decoded : [];
        }

        if (changed)
        {
            var configuration = _merger.Merge(_mapped.Sorted, out var conflicts);
            _last = new(_vanished.Join(configuration), Report(_mapped.Fragments, conflicts)) { OriginOf = new ElementIndex(_mapped.Fragments, _options).Find };
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

    private InstanceFragment Build(NomadInstance instance, Dictionary<ConfigList<string>, DecodedTags> decoded)
    {
        if (!decoded.TryGetValue(instance.Tags, out var tags))
        {
            tags = _decoded.GetValueOrDefault(instance.Tags) ?? TagDecoder.Decode(instance.Tags, _options.Prefix, allowInsecure: _options.InsecureSkipVerifyFromTags);
            decoded.Add(instance.Tags, tags);
        }

        var (enabled, canary) = Flags(tags.Labels, _options.ExposedByDefault);
        if (!Keeps(enabled, instance.Tags))
        {
            return new(instance, null, []);
        }

        var problems = new FragmentProblems(tags.Problems);
        var configuration = Complete(instance, tags, InstanceNames.Implied(instance, canary), problems);
        return new(instance, configuration is null ? null : new(InstanceNames.Internal(instance), _ages.Of(instance), configuration), problems.All.Count == 0 ? [] : problems.All);
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

    private ConfigList<ConfigurationProblem> Report(IReadOnlyCollection<InstanceFragment> fragments, IReadOnlyList<MergeConflict> conflicts)
    {
        var groups = new Dictionary<(string Job, string Service, ConfigurationProblem Problem), (NomadInstance First, int Count)>();
        foreach (var fragment in fragments)
        {
            if (fragment.Problems.Count == 0)
            {
                continue;
            }

            foreach (var problem in fragment.Problems)
            {
                var key = (fragment.Instance.JobId, fragment.Instance.ServiceName, problem);
                groups[key] = groups.TryGetValue(key, out var known) ? (known.First, known.Count + 1) : (fragment.Instance, 1);
            }
        }

        var problems = new List<ConfigurationProblem>(groups.Count + conflicts.Count);
        foreach (var ((_, _, problem), (first, count)) in groups)
        {
            problems.Add(problem with { Location = new($"{InstanceAddress.Of(first, _options.Provider, count - 1)}, {problem.Location.Text}") });
        }

        problems.AddRange(_vanished.Problems());
        if (conflicts.Count > 0)
        {
            var wanted = conflicts.SelectMany(static conflict => conflict.Definitions).ToHashSet<ConfigurationFragment>(ReferenceEqualityComparer.Instance);
            var instances = new Dictionary<ConfigurationFragment, NomadInstance>(ReferenceEqualityComparer.Instance);
            foreach (var fragment in fragments)
            {
                if (fragment.Fragment is { } used && wanted.Contains(used))
                {
                    instances[used] = fragment.Instance;
                }
            }

            problems.AddRange(conflicts.Select(conflict => Describe(conflict, instances)));
        }

        return problems.OrderBy(static problem => problem.Location.Text, StringComparer.Ordinal).ThenBy(static problem => problem.Message, StringComparer.Ordinal).ToConfigList();
    }

    private ConfigurationProblem Describe(MergeConflict conflict, Dictionary<ConfigurationFragment, NomadInstance> instances)
    {
        // Instances of one version are one definition: the first tells which job it is.
        var winner = instances[conflict.Winners[0]];
        var loser = instances[conflict.Definitions.First(fragment => !conflict.Winners.Contains(fragment))];
        var message = winner.JobId == loser.JobId
            ? $"{conflict.Kind} {conflict.Name} is defined with different settings by the versions of job {winner.JobId}; the version first seen last is used"
            : $"{conflict.Kind} {conflict.Name} is defined with different settings by the jobs {winner.JobId} and {loser.JobId}; that of {winner.JobId} is used, it was first seen last";
        return new(
            "EG-NOMAD-CONFLICT", ProblemSeverity.Warning,
            new($"{InstanceAddress.Of(winner, _options.Provider, conflict.Winners.Count - 1)}; not used: {InstanceAddress.Of(loser, _options.Provider, conflict.Definitions.Count - conflict.Winners.Count - 1)}"),
            message);
    }
}
