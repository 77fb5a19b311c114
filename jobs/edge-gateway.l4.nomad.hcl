# EdgeGateway with two more doors: PostgreSQL and DNS, each on its usual port. Everything else as in edge-gateway.nomad.hcl.
# Services for them: postgres.nomad.hcl, dns.nomad.hcl.
#
#   nomad job run -var image=registry.example/edge-gateway:0.1.0 edge-gateway.l4.nomad.hcl

variable "image" {
  type        = string
  description = "Image built from this repository's Dockerfile"
}

job "edge-gateway" {
  type     = "system"
  priority = 80

  # One node at a time; a version that does not become healthy is taken back (system deployments: Nomad 1.11 or later).
  update {
    max_parallel      = 1
    min_healthy_time  = "10s"
    healthy_deadline  = "2m"
    progress_deadline = "10m"
    auto_revert       = true
  }

  group "gateway" {
    # Deregistered first, stopped 5 s later: whoever finds the gateway by its service has left by then.
    shutdown_delay = "5s"

    network {
      port "http" {
        static = 80
      }
      port "https" {
        static = 443
      }
      port "admin" {
        static = 8080
      }
      port "postgres" {
        static = 5432
      }
      # Taken on the address of network_interface (tailscale0); a local resolver on 127.0.0.53 is not in its way.
      port "dns" {
        static = 53
      }
    }

    # The FOLDER of tailscaled's socket. A mounted file is dead after tailscaled's next restart (EG-CERT-SOCKET-FILE).
    volume "tailscale-socket" {
      type      = "host"
      source    = "tailscale-socket"
      read_only = true
    }

    restart {
      attempts = 10
      interval = "5m"
      delay    = "2s"
      mode     = "delay" # never give up on an edge node
    }

    service {
      name     = "traefik-http"
      provider = "nomad"
      port     = "http"
    }

    service {
      name     = "traefik-https"
      provider = "nomad"
      port     = "https"

      check {
        name     = "ping"
        type     = "http"
        port     = "admin"
        path     = "/ping"
        interval = "5s"
        timeout  = "2s"

        check_restart {
          limit = 6
          grace = "30s"
        }
      }
    }

    task "gateway" {
      driver = "docker"

      # SIGTERM drains for up to 10 s (transport.lifeCycle.graceTimeOut); Nomad kills after 25 s. A client cuts kill_timeout to its
      # max_kill_timeout, 30 s by default.
      kill_signal  = "SIGTERM"
      kill_timeout = "25s"

      config {
        image           = var.image
        ports           = ["admin", "http", "https", "postgres", "dns"] # docker publishes each for TCP and UDP
        readonly_rootfs = true

        args = [
          "--api.dashboard=true",
          "--api.insecure=true",
          "--entrypoints.web.address=:${NOMAD_PORT_http}",
          "--entryPoints.websecure.address=:${NOMAD_PORT_https}",
          "--entrypoints.traefik.address=:${NOMAD_PORT_admin}",
          # Only where a router names them: HTTP services stay on the usual two.
          "--entrypoints.postgres.address=:${NOMAD_PORT_postgres}",
          "--entrypoints.dns.address=:${NOMAD_PORT_dns}/udp",
          "--entrypoints.dnstcp.address=:${NOMAD_PORT_dns}",
          "--entrypoints.web.asdefault=true",
          "--entrypoints.websecure.asdefault=true",
          "--providers.nomad=true",
          "--providers.nomad.endpoint.address=http://100.99.99.99:4646",
          "--certificatesresolvers.tailscaleresolver.tailscale=true",
          "--accesslog=true",
          "--accesslog.l4=true",
          "--ping=true",
        ]
      }

      volume_mount {
        volume      = "tailscale-socket"
        destination = "/var/run/tailscale"
        read_only   = true
      }

      resources {
        cpu    = 500
        memory = 256
      }

      logs {
        max_files     = 5
        max_file_size = 10
      }
    }
  }
}
