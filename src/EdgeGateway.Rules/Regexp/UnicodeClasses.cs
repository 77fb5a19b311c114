using System.Globalization;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// The classes behind <c>\p{…}</c>: general categories (from .NET), scripts (from the embedded table), and Any, ASCII, Assigned, LC.
/// Names are taken as Go 1.25 and later take them: long and short, case and the characters blank, <c>-</c>, <c>_</c> ignored.
/// </summary>
internal static class UnicodeClasses
{
    /// <summary>Short name, long name, .NET categories. Names from Unicode's PropertyValueAliases.</summary>
    private static readonly (string Short, string Long, UnicodeCategory[] Categories)[] Categories =
    [
        ("Lu", "uppercaseletter", [UnicodeCategory.UppercaseLetter]),
        ("Ll", "lowercaseletter", [UnicodeCategory.LowercaseLetter]),
        ("Lt", "titlecaseletter", [UnicodeCategory.TitlecaseLetter]),
        ("Lm", "modifierletter", [UnicodeCategory.ModifierLetter]),
        ("Lo", "otherletter", [UnicodeCategory.OtherLetter]),
        ("LC", "casedletter", [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter]),
        ("Mn", "nonspacingmark", [UnicodeCategory.NonSpacingMark]),
        ("Mc", "spacingmark", [UnicodeCategory.SpacingCombiningMark]),
        ("Me", "enclosingmark", [UnicodeCategory.EnclosingMark]),
        ("Nd", "decimalnumber", [UnicodeCategory.DecimalDigitNumber]),
        ("Nl", "letternumber", [UnicodeCategory.LetterNumber]),
        ("No", "othernumber", [UnicodeCategory.OtherNumber]),
        ("Pc", "connectorpunctuation", [UnicodeCategory.ConnectorPunctuation]),
        ("Pd", "dashpunctuation", [UnicodeCategory.DashPunctuation]),
        ("Ps", "openpunctuation", [UnicodeCategory.OpenPunctuation]),
        ("Pe", "closepunctuation", [UnicodeCategory.ClosePunctuation]),
        ("Pi", "initialpunctuation", [UnicodeCategory.InitialQuotePunctuation]),
        ("Pf", "finalpunctuation", [UnicodeCategory.FinalQuotePunctuation]),
        ("Po", "otherpunctuation", [UnicodeCategory.OtherPunctuation]),
        ("Sm", "mathsymbol", [UnicodeCategory.MathSymbol]),
        ("Sc", "currencysymbol", [UnicodeCategory.CurrencySymbol]),
        ("Sk", "modifiersymbol", [UnicodeCategory.ModifierSymbol]),
        ("So", "othersymbol", [UnicodeCategory.OtherSymbol]),
        ("Zs", "spaceseparator", [UnicodeCategory.SpaceSeparator]),
        ("Zl", "lineseparator", [UnicodeCategory.LineSeparator]),
        ("Zp", "paragraphseparator", [UnicodeCategory.ParagraphSeparator]),
        ("Cc", "control", [UnicodeCategory.Control]),
        ("Cf", "format", [UnicodeCategory.Format]),
        ("Cs", "surrogate", [UnicodeCategory.Surrogate]),
        ("Co", "privateuse", [UnicodeCategory.PrivateUse]),
        ("Cn", "unassigned", [UnicodeCategory.OtherNotAssigned]),
    ];

    private static readonly (string Short, string Long)[] Groups =
    [
        ("L", "letter"), ("M", "mark"), ("N", "number"), ("P", "punctuation"), ("S", "symbol"), ("Z", "separator"), ("C", "other"),
        ("M", "combiningmark"), ("P", "punct"), ("Nd", "digit"), ("Cc", "cntrl"),
    ];

    /// <summary>One pass over Unicode, when a pattern first needs it (about 10 ms).</summary>
    private static readonly Lazy<CodePointSet[]> ByCategory = new(ReadCategories);

    private static readonly Lazy<Dictionary<string, CodePointSet>> Scripts = new(ReadScripts);

    /// <summary>The class of this name, or null when there is none.</summary>
    public static CodePointSet? Find(string name)
    {
        var key = Normalise(name);
        switch (key)
        {
            case "any":
                return new CodePointSet((0, CodePointSet.Maximum));
            case "ascii":
                return new CodePointSet((0, 0x7F));
            case "assigned":
                return Union([UnicodeCategory.OtherNotAssigned]).Complement();
        }

        foreach (var (shortName, longName) in Groups)
        {
            if (key == longName)
            {
                key = shortName.ToLowerInvariant();
            }
        }

        var categories = Categories
            .Where(entry => key.Length == 1
                ? entry.Short != "LC" && char.ToLowerInvariant(entry.Short[0]) == key[0]
                : entry.Long == key || entry.Short.Equals(key, StringComparison.OrdinalIgnoreCase))
            .SelectMany(entry => entry.Categories).ToArray();
        return categories.Length > 0 ? Union(categories) : Scripts.Value.GetValueOrDefault(key);
    }

    private static CodePointSet Union(UnicodeCategory[] categories)
    {
        var set = new CodePointSet();
        foreach (var category in categories)
        {
            set.Add(ByCategory.Value[(int)category]);
        }

        return set;
    }

    private static CodePointSet[] ReadCategories()
    {
        var sets = Enumerable.Range(0, (int)UnicodeCategory.OtherNotAssigned + 1).Select(_ => new CodePointSet()).ToArray();
        var start = 0;
        var current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (var codePoint = 1; codePoint <= CodePointSet.Maximum + 1; codePoint++)
        {
            if (codePoint > CodePointSet.Maximum || CharUnicodeInfo.GetUnicodeCategory(codePoint) != current)
            {
                sets[(int)current].Add(start, codePoint - 1);
                start = codePoint;
                current = codePoint > CodePointSet.Maximum ? current : CharUnicodeInfo.GetUnicodeCategory(codePoint);
            }
        }

        // Read by several threads from now on: put them in their final order first.
        foreach (var set in sets)
        {
            _ = set.Ranges;
        }

        return sets;
    }

    private static Dictionary<string, CodePointSet> ReadScripts()
    {
        using var stream = typeof(UnicodeClasses).Assembly.GetManifestResourceStream("EdgeGateway.Rules.UnicodeScripts.txt")!;
        using var reader = new StreamReader(stream);
        var scripts = new Dictionary<string, CodePointSet>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var set = new CodePointSet();
            foreach (var range in line[(colon + 1)..].Split(','))
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                var low = int.Parse(dash < 0 ? range : range[..dash], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                var high = dash < 0 ? low : int.Parse(range[(dash + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                set.Add(low, high);
            }

            _ = set.Ranges;
            scripts[Normalise(line[..colon])] = set;
        }

        return scripts;
    }

    private static string Normalise(string name) =>
        string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
}
