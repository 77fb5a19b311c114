using System.Collections;
using System.Reflection;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Tests.Dynamic;

/// <summary>Fills records of the schema with values that are not their defaults; what is filled is chosen by a seed.</summary>
internal sealed class RecordFiller(Random random)
{
    private static readonly MethodInfo FillMethod = typeof(RecordFiller).GetMethod(nameof(Fill))!;

    /// <summary>A record whose properties are default or filled, about half of each.</summary>
    public T Fill<T>()
        where T : class, new()
    {
        var record = new T();
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is null || IsHidden(property) || random.Next(2) == 0)
            {
                continue;
            }

            property.SetValue(record, Value(property.PropertyType));
        }

        return record;
    }

    // Not part of the JSON form: known by tags only, or never shown.
    private static bool IsHidden(PropertyInfo property) =>
        property.Name == nameof(HttpRouterConfig.DefaultRule)
        || (property.Name is "Scheme" or "Port" && property.DeclaringType!.Name.EndsWith("ServerConfig", StringComparison.Ordinal));

    private object Value(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return Text();
        }

        if (type == typeof(bool))
        {
            return true;
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Convert.ChangeType(random.Next(1, 1000), type, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (type == typeof(TimeSpan))
        {
            return TimeSpan.FromMilliseconds(random.Next(1, 1_000_000));
        }

        if (type == typeof(ConfigTree))
        {
            return new ConfigTree { Text = Text() };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ConfigList<>))
        {
            return Make(nameof(List), type.GetGenericArguments()[0]);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ConfigMap<>))
        {
            return Make(nameof(Map), type.GetGenericArguments()[0]);
        }

        return FillMethod.MakeGenericMethod(type).Invoke(this, null)!;
    }

    private string Text() => "v" + random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture) + "<\"é\\";

    private object Make(string method, Type element) =>
        typeof(RecordFiller).GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(element).Invoke(this, null)!;

    private ConfigList<T> List<T>() => Enumerable.Range(0, 2).Select(_ => (T)Value(typeof(T))).ToConfigList();

    private ConfigMap<T> Map<T>() => Enumerable.Range(0, 2).Select(i => KeyValuePair.Create($"n{i}", (T)Value(typeof(T)))).ToConfigMap();
}
