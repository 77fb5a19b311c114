namespace EdgeGateway.Quickstart.Load;

/// <summary>What came back: status, the instance that says it served it, and how many requests that instance had received by then.</summary>
internal readonly record struct Answer(int Status, string? ServedBy, int Received);
