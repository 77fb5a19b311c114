# Variant: raw_exec driver. No isolation: runs as the Nomad client's user (root) and sees tailscaled's socket itself, so no volume; a
# volume_mount would fail the task. The client must allow it: plugin "raw_exec" { config { enabled = true } }.
# A NOMAD_ADDR in the client's own environment would leak in; the flag below wins.
#
#   nomad job run -var artifact=https://files.example/edge-gateway.tar.gz edge-gateway.raw_exec.nomad.hcl
#
# Everything else is as in edge-gateway.nomad.hcl.

variable "artifact" {
  type        = string
  description = "URL of an archive with the executable edge-gateway, made by src/publish.sh"
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
      driver = "raw_exec"

      # SIGTERM drains for up to 10 s (transport.lifeCycle.graceTimeOut); Nomad kills after 25 s. A client cuts kill_timeout to its
      # max_kill_timeout, 30 s by default.
      kill_signal  = "SIGTERM"
      kill_timeout = "25s"

      artifact {
        source      = var.artifact
        destination = "local/"
      }

      config {
        command = "${NOMAD_TASK_DIR}/edge-gateway"

        args = [
          "--api.dashboard=true",
          "--api.insecure=true",
          "--entrypoints.web.address=:${NOMAD_PORT_http}",
          "--entryPoints.websecure.address=:${NOMAD_PORT_https}",
          "--entrypoints.traefik.address=:${NOMAD_PORT_admin}",
          "--providers.nomad=true",
          "--providers.nomad.endpoint.address=http://100.99.99.99:4646",
          "--certificatesresolvers.tailscaleresolver.tailscale=true",
          "--ping=true",
        ]
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
