using EdgeGateway.Configuration.Dynamic;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EdgeGateway.Configuration.Tests.Dynamic;

public sealed class ConfigMapTests
{
    [Property(MaxTest = 1000)]
    public Property A_changed_map_is_the_map_made_of_all_its_entries()
    {
        var entries = Gen.Choose(0, 20).SelectMany(static name => Gen.Choose(0, 3).Select(value => KeyValuePair.Create($"n{name}", value == 0 ? null : $"v{value}"))).ListOf(12);
        return Prop.ForAll(entries.ToArbitrary(), entries.ToArbitrary(), static (first, changes) =>
        {
            var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in first)
            {
                model[name] = value ?? "";
            }

            var map = first.Select(static e => KeyValuePair.Create(e.Key, e.Value ?? "")).ToConfigMap();
            var distinct = new SortedDictionary<string, string?>(StringComparer.Ordinal);
            foreach (var (name, value) in changes)
            {
                distinct[name] = value;
            }

            var changed = map.With([.. distinct]);
            foreach (var (name, value) in distinct)
            {
                if (value is null)
                {
                    model.Remove(name);
                }
                else
                {
                    model[name] = value;
                }
            }

            return changed.SequenceEqual(model)
                && changed.Equals(model.ToConfigMap()) && changed.GetHashCode() == model.ToConfigMap().GetHashCode()
                && Enumerable.Range(0, 21).All(i => changed.ContainsKey($"n{i}") == model.ContainsKey($"n{i}")
                    && (!model.TryGetValue($"n{i}", out var value) || changed[$"n{i}"] == value));
        });
    }
}
