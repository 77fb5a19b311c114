namespace EdgeGateway.OuterTier;

/// <summary>Something did not hold; the message says what.</summary>
internal sealed class TourException(string message) : Exception(message);
