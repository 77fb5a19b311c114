namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Where an element of a provider was written, for messages.</summary>
/// <param name="Job">The job, file or other unit that one person is responsible for; two elements of one unit may claim the same on purpose.</param>
/// <param name="Text">The whole address, such as <c>provider nomad, namespace default, job web, service web, allocation 1a2b3c4d, tag traefik.http.routers.r.rule</c>.</param>
public sealed record ElementOrigin(string Job, string Text);
