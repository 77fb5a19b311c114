# What the gateway needs with ACLs on, and no more:
#
#   nomad acl policy apply -namespace default -job edge-gateway edge-gateway ./edge-gateway.policy.hcl
#
# attached to the job's identity (variant taskapi), or to a token that goes into --providers.nomad.endpoint.token or NOMAD_TOKEN.
# Without it a workload identity can list services, but the event stream answers 200 and stays silent: changes then arrive by
# blocking queries only.
#
# Trap: for a namespace only the most specific rule counts, over all policies of the identity together. A second block
# for "default" with other rights takes read-job away without an error: put everything into this one.
#
# providers.nomad.namespaces=*: write namespace "*" instead of "default"; the gateway watches every namespace that the token sees.
# providers.nomad.allowEmptyServices: add "list-jobs".

namespace "default" {
  capabilities = ["read-job"]
}
