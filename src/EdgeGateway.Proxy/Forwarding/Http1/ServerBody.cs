using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// Passes a server's body on to the client as it comes. What is there is passed on together; before a wait for more it is flushed, and a client
/// that does not read stops the server. The last flush is left to the HTTP engine, which adds the end of the body to it.
/// </summary>
internal static class ServerBody
{
    // So much goes out in one send at most.
    private const int FlushAt = 64 * 1024;

    // A server and a client that are both fast never make the loop wait: after so many pieces the thread, which serves other sockets as
    // well, is left once.
    private const int PiecesPerTurn = 32;

    /// <summary>Passes a body on.</summary>
    /// <param name="connection">Where it comes from; its head was read.</param>
    /// <param name="framing">How it ends.</param>
    /// <param name="length">Its length where that is known.</param>
    /// <param name="client">Takes it; its head was started.</param>
    /// <param name="progress">Counts what was passed on and takes the trailers.</param>
    /// <returns>False when the client is gone.</returns>
    /// <exception cref="IOException">The server ended it early.</exception>
    /// <exception cref="UnusableAnswerException">Its framing is malformed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<bool> CopyAsync(
        Http1Connection connection, BodyFraming framing, long length, PipeWriter client, BodyProgress progress)
    {
        progress.Begin(framing, length);
        var pieces = 0;
        while (true)
        {
            var intact = progress.TryPass(connection, client);
            if (!intact)
            {
                // What came before the fault is the client's.
                await client.FlushAsync(CancellationToken.None);
                throw progress.Fault!;
            }

            if (progress.IsAtEnd)
            {
                // The engine flushes what it adds itself, the head or the end of the chunks, and what stands before it.
                return framing != BodyFraming.Length || !progress.HasFlushed || !(await client.FlushAsync(CancellationToken.None)).IsCompleted;
            }

            if (++pieces == PiecesPerTurn)
            {
                pieces = 0;
                await Task.Yield();
            }

            if (!connection.BeginFill() || progress.Unflushed >= FlushAt)
            {
                progress.NoteFlush();
                var flushed = await client.FlushAsync(CancellationToken.None);
                if (flushed.IsCompleted)
                {
                    return false;
                }
            }

            if (!connection.Accept(await connection.ReceiveAsync()))
            {
                if (framing == BodyFraming.UntilClose)
                {
                    return true;
                }

                await client.FlushAsync(CancellationToken.None);
                throw new IOException("the server closed within its answer's body");
            }
        }
    }
}
