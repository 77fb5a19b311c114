namespace EdgeGateway.Quickstart.Tour;

/// <summary>How a step of the tour went.</summary>
internal sealed record StepResult(string Name, bool Ok, string Detail, int Requests, int Failures, TimeSpan Took);
