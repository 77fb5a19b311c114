using System.Text.Json.Nodes;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>What the stand-in knows beside registrations: namespaces, those that are closed to the gateway's token, and jobs.</summary>
public sealed class DeclaredState
{
    private readonly Lock _lock = new();
    private readonly Func<ulong> _write;
    private readonly SortedSet<string> _namespaces = new(StringComparer.Ordinal) { "default" };
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (string Namespace, ulong Index, JsonObject Job)> _jobs = new(StringComparer.Ordinal);

    internal DeclaredState(Func<ulong> write) => _write = write;

    /// <summary>Makes a namespace.</summary>
    public void AddNamespace(string name) => Change(() => _namespaces.Add(name));

    /// <summary>Deletes a namespace.</summary>
    public void RemoveNamespace(string name) => Change(() => _namespaces.Remove(name));

    /// <summary>The token has no <c>read-job</c> in that namespace, though it sees its name (recording e5).</summary>
    public void Close(string name) => Change(() => _closed.Add(name));

    /// <summary>The token gets <c>read-job</c> in that namespace.</summary>
    public void Open(string name) => Change(() => _closed.Remove(name));

    /// <summary>Submits or scales a job with one group <c>app</c> and one service; <paramref name="scaling"/> = it has a scaling block.</summary>
    public void Submit(string id, string service, int count, bool scaling = true, string space = "default", string provider = "nomad", params string[] tags)
    {
        var index = _write();
        lock (_lock)
        {
            _jobs[id] = (space, index, new JsonObject
            {
                ["ID"] = id,
                ["JobModifyIndex"] = index,
                ["Name"] = id,
                ["Namespace"] = space,
                ["Stop"] = false,
                ["TaskGroups"] = new JsonArray(new JsonObject
                {
                    ["Count"] = count,
                    ["Name"] = "app",
                    ["Scaling"] = scaling ? new JsonObject { ["Enabled"] = true, ["Max"] = 5, ["Min"] = 0 } : null,
                    ["Services"] = new JsonArray(new JsonObject
                    {
                        ["Name"] = service, ["Provider"] = provider, ["Tags"] = NomadJsonText.Texts(tags), ["TaskName"] = "",
                    }),
                    ["Tasks"] = new JsonArray(new JsonObject { ["Name"] = "server", ["Services"] = null }),
                }),
            });
        }

        _write();
    }

    /// <summary>Stops a job; it stays listed until it is collected.</summary>
    public void Stop(string id)
    {
        var index = _write();
        lock (_lock)
        {
            _jobs[id].Job["Stop"] = true;
            _jobs[id].Job["JobModifyIndex"] = index;
        }

        _write();
    }

    internal bool IsClosed(string space)
    {
        lock (_lock)
        {
            return _closed.Contains(space);
        }
    }

    internal JsonArray Namespaces()
    {
        lock (_lock)
        {
            return new JsonArray([.. _namespaces.Select(static name => (JsonNode)new JsonObject { ["CreateIndex"] = 1, ["Description"] = "", ["Name"] = name })]);
        }
    }

    /// <summary>The stubs of <c>/v1/jobs</c>.</summary>
    internal JsonArray Jobs(string space)
    {
        lock (_lock)
        {
            return new JsonArray([.. _jobs.Values.Where(job => job.Namespace == space).Select(static job => (JsonNode)new JsonObject
            {
                ["ID"] = job.Job["ID"]!.DeepClone(), ["JobModifyIndex"] = job.Job["JobModifyIndex"]!.DeepClone(), ["Namespace"] = job.Namespace,
                ["Stop"] = job.Job["Stop"]!.DeepClone(),
            })]);
        }
    }

    internal JsonNode? Job(string space, string id)
    {
        lock (_lock)
        {
            return _jobs.TryGetValue(id, out var job) && job.Namespace == space ? job.Job.DeepClone() : null;
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
        }

        _write();
    }
}
