namespace EdgeGateway.Quickstart.Tour;

/// <summary>A step found something that should not be.</summary>
internal sealed class TourException(string message) : Exception(message);
