namespace EdgeGateway.Conformance;

/// <summary>Places inside the clone that the tests run in.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>The unchanged data that this project is measured against.</summary>
    public static string Corpus { get; } = Path.Combine(Root, "tests", "corpus");

    /// <summary>The real executable, as the build put it beside these tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "edge-gateway");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgeGateway.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests run outside a clone of the project");
    }
}
