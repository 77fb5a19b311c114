# Variant: no Nomad address and no token. Nomad's Task API (1.5 or later) answers on a socket inside the task, and the task's own
# identity is the token. With ACLs on, attach the policy first (the identity alone may list services, but gets a silent event stream):
#
#   nomad acl policy apply -namespace default -job edge-gateway edge-gateway ./edge-gateway.policy.hcl
#   nomad job run -var image=registry.example/edge-gateway:0.1.0 edge-gateway.taskapi.nomad.hcl
#
# Everything else is as in edge-gateway.nomad.hcl.

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

      # NOMAD_TOKEN and NOMAD_UNIX_ADDR, and the token as a file that is read again after a refusal.
      identity {
        env  = true
        file = true
      }

      config {
        image           = var.image
        ports           = ["admin", "http", "https"]
        readonly_rootfs = true

        args = [
          "--api.dashboard=true",
          "--api.insecure=true",
          "--entrypoints.web.address=:${NOMAD_PORT_http}",
          "--entryPoints.websecure.address=:${NOMAD_PORT_https}",
          "--entrypoints.traefik.address=:${NOMAD_PORT_admin}",
          "--providers.nomad=true",
          "--certificatesresolvers.tailscaleresolver.tailscale=true",
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
