using System.Text;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>A piece of one provider's configuration: an instance or a file. Fragments are merged in byte order of their sources.</summary>
public sealed class ConfigurationFragment
{
    // As bytes, in which they are compared: half as heavy as a string, and there is one for each of ten thousand instances.
    private readonly byte[] _source;

    /// <param name="source">Name that orders the merge.</param>
    /// <param name="age">Grows with time (Nomad's create index): decides which of two definitions is the newer.</param>
    /// <param name="configuration">The elements.</param>
    public ConfigurationFragment(string source, ulong age, DynamicConfiguration configuration)
    {
        _source = Encoding.UTF8.GetBytes(source);
        Age = age;
        Configuration = configuration;
    }

    /// <summary>Grows with time (Nomad's create index): decides which of two definitions is the newer.</summary>
    public ulong Age { get; }

    /// <summary>The elements.</summary>
    public DynamicConfiguration Configuration { get; }

    /// <summary>Name that orders the merge; made anew at each call.</summary>
    public string Source => Encoding.UTF8.GetString(_source);

    /// <summary>Less than zero when this one comes first; 0 when both have one source.</summary>
    public int CompareSource(ConfigurationFragment other) => _source.AsSpan().SequenceCompareTo(other._source);
}
