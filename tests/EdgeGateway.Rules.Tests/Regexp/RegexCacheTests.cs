using EdgeGateway.Rules.Regexp;
using Xunit;

namespace EdgeGateway.Rules.Tests.Regexp;

public class RegexCacheTests
{
    [Fact]
    public void An_expression_in_use_is_found_again_after_any_number_of_others()
    {
        var cache = new RegexCache();
        var used = Regex("used");
        cache.Add(used);
        AddOthers(cache, 2000);
        GC.Collect();
        AddOthers(cache, 2000);

        Assert.Same(used, cache.Find("used"));
        Assert.Same(used, cache.Add(Regex("used")));
        GC.KeepAlive(used);
    }

    [Fact]
    public void What_nobody_uses_goes_but_for_the_last_few()
    {
        var cache = new RegexCache();
        for (var i = 0; i < 40; i++)
        {
            AddOthers(cache, 100, $"{i}-");
            GC.Collect();
        }

        // 4000 patterns were there; what is left is what came since the last sweep at the most.
        Assert.InRange(cache.Count, 1, 512);
        Assert.Null(cache.Find("other 0-0"));
        Assert.NotNull(cache.Find("other 39-99"));
    }

    // Not inlined: a local of the caller would keep them.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void AddOthers(RegexCache cache, int count, string prefix = "")
    {
        for (var i = 0; i < count; i++)
        {
            cache.Add(Regex($"other {prefix}{i}"));
        }
    }

    private static GoRegex Regex(string pattern) => GoRegex.Uncached(pattern);
}
