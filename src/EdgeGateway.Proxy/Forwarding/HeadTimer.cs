namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// <c>responseHeaderTimeout</c>: ends an attempt whose head does not come in time; a body may take as long as it wants. Counted from
/// the attempt's begin: YARP does not tell when the request's last byte went out.
/// </summary>
internal sealed class HeadTimer : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;

    public HeadTimer(TimeSpan limit, GatewayTransformer transformer, TimeProvider time) => _timer = time.CreateTimer(
        _ =>
        {
            if (!transformer.HeadReceived)
            {
                Expired = true;
                _source.Cancel();
            }
        },
        null, limit, Timeout.InfiniteTimeSpan);

    public CancellationToken Token => _source.Token;

    public bool Expired { get; private set; }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
