using EdgeGateway.Nomad.Client;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Nomad.Watch;

/// <summary>Logs each kind of fault once, and the recovery once: a Nomad that is away for an hour is two lines.</summary>
internal sealed class FaultLog(ILogger logger, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<string> _told = [];
    private long _since;

    /// <summary>The codes of the faults that last, in the order in which they came.</summary>
    public IReadOnlyList<string> Current
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>Something cannot be read although Nomad answers: nothing is well until it can.</summary>
    public bool IsPartial { get; set; }

    /// <summary>True when this kind has not been told since the last recovery.</summary>
    public bool IsNew(NomadFault fault)
    {
        lock (_lock)
        {
            return !_told.Contains(Describe(fault).Code);
        }
    }

    /// <summary>Something failed; what is none of the known faults is told with its stack.</summary>
    public void Tell(Exception error, string address)
    {
        if (error is NomadException known)
        {
            Tell(known.Fault, address, known.Message);
        }
        else
        {
            NomadLog.Internal(logger, error);
        }
    }

    /// <summary>A fault happened.</summary>
    public void Tell(NomadFault fault, string address, string message)
    {
        var (code, cure) = Describe(fault);
        lock (_lock)
        {
            if (_told.Contains(code))
            {
                return;
            }

            if (_told.Count == 0)
            {
                _since = time.GetTimestamp();
            }

            _told.Add(code);
        }

        NomadLog.Fault(logger, code, address, message, cure);
    }

    /// <summary>Everything works, except perhaps the stream when <paramref name="withoutStream"/>.</summary>
    public void Well(string address, bool withoutStream)
    {
        if (IsPartial)
        {
            return;
        }

        string codes;
        lock (_lock)
        {
            var lasting = withoutStream && _told.Remove(StreamCode);
            codes = string.Join(", ", _told);
            _told.Clear();
            if (lasting)
            {
                _told.Add(StreamCode);
            }
        }

        if (codes.Length > 0)
        {
            NomadLog.Recovered(logger, address, time.GetElapsedTime(_since).TotalSeconds, codes);
        }
    }

    private const string StreamCode = "EG-NOMAD-STREAM";

    private static (string Code, string Cure) Describe(NomadFault fault) => fault switch
    {
        NomadFault.Unreachable => ("EG-NOMAD-UNREACHABLE", "check that the agent runs and providers.nomad.endpoint.address"),
        NomadFault.Timeout => ("EG-NOMAD-TIMEOUT", "the agent may be starting or cut off from its servers"),
        NomadFault.Tls => ("EG-NOMAD-TLS", "check endpoint.tls: the CA, the client certificate, and NOMAD_TLS_SERVER_NAME (server.<region>.nomad)"),
        NomadFault.Unauthorized => ("EG-NOMAD-401", "the Task API wants a token: put identity { env = true } into the gateway's task"),
        NomadFault.Forbidden => ("EG-NOMAD-403", "give the token read-job in the namespace, see jobs/edge-gateway.policy.hcl"),
        NomadFault.TooManyRequests => ("EG-NOMAD-429", "raise limits.http_max_conns_per_client of the agent or use the Task API socket"),
        NomadFault.ServerError => ("EG-NOMAD-5XX", "the servers have no leader or cannot be reached"),
        NomadFault.UnexpectedStatus => ("EG-NOMAD-STATUS", "is that address Nomad's API, and is the region right?"),
        NomadFault.Malformed => ("EG-NOMAD-JSON", "is that address Nomad's API?"),
        NomadFault.TooLarge => ("EG-NOMAD-SIZE", "the answer is above the limit of what is read"),
        NomadFault.NotCredible => ("EG-NOMAD-INDEX0", "the agent is shutting down or the token has no rights"),
        NomadFault.NothingVisible => ("EG-NOMAD-RIGHTS", "give the token read-job, see jobs/edge-gateway.policy.hcl, or name the namespaces in providers.nomad.namespaces"),
        NomadFault.StreamRefused => (StreamCode, "changes are watched by blocking queries until it works"),
        NomadFault.StreamSilent => ("EG-NOMAD-SILENT", "the event stream is opened anew"),
        _ => ("EG-NOMAD-STREAMEND", "the event stream is opened anew"),
    };
}
