# syntax=docker/dockerfile:1
# EdgeGateway: one trimmed, self-contained file in a small image.
#
#   docker build -t edge-gateway .                      runs as root, as Traefik's image does: port 80 and 443 without
#                                                       capabilities, and tailscaled's LocalAPI answers certificate
#                                                       requests of root (or of TS_PERMIT_CERT_UID) only.
#   docker build --target nonroot -t edge-gateway:nonroot .
#                                                       runs as UID 65532. Set TS_PERMIT_CERT_UID=65532 in tailscaled's
#                                                       environment, and either use ports above 1023 or allow low ports
#                                                       (sysctl net.ipv4.ip_unprivileged_port_start=0, Docker's default).
#
# Mount the folder of tailscaled's socket, not the socket file: /run/tailscale:/var/run/tailscale. A mounted file is dead
# after tailscaled's restart. There is no HEALTHCHECK: Nomad checks /ping, or run "edge-gateway healthcheck" with the same flags.

ARG BUILD_IMAGE=ubuntu:26.04
ARG RUN_IMAGE=debian:13-slim

FROM ${BUILD_IMAGE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends dotnet-sdk-10.0 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN src/publish.sh /out

FROM ${RUN_IMAGE} AS base
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3t64 libstdc++6 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/edge-gateway /usr/local/bin/edge-gateway
EXPOSE 80 443
# Flags of a job's args follow the entry point unchanged.
ENTRYPOINT ["/usr/local/bin/edge-gateway"]

FROM base AS nonroot
USER 65532:65532

FROM base
