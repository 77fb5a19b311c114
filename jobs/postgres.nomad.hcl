# A PostgreSQL that is reached over the gateway's port 5432, with TLS that ends in the gateway (edge-gateway.l4.nomad.hcl):
#
#   psql "host=firefly-sub03.west-beta.ts.net user=app dbname=app sslmode=verify-full sslrootcert=system"
#
# psql asks for TLS inside its own protocol (SSLRequest); the gateway answers, takes the node's certificate, and routes by the name.
# A throw-away database: one instance, its data goes with it. Its password comes from a Nomad variable, put there first:
#
#   nomad var put nomad/jobs/postgres password=…

job "postgres" {
  group "db" {
    count = 1

    network {
      port "db" {
        to = 5432
      }
    }

    service {
      name     = "postgres"
      provider = "nomad"
      port     = "db"

      tags = [
        "traefik.enable=true",
        "traefik.tcp.routers.postgres.rule=HostSNI(`firefly-sub03.west-beta.ts.net`)",
        "traefik.tcp.routers.postgres.entrypoints=postgres",
        "traefik.tcp.routers.postgres.tls.certresolver=tailscaleresolver",
        # Ours: sessions that nobody uses do not hold a server process for ever. Below PostgreSQL's own limits.
        "edge.tcp.services.postgres.loadbalancer.idletimeout=8h",
      ]

      check {
        type     = "tcp"
        interval = "5s"
        timeout  = "2s"
      }
    }

    task "postgres" {
      driver = "docker"

      config {
        image = "postgres:17"
        ports = ["db"]
      }

      template {
        data        = <<-EOT
          POSTGRES_USER=app
          POSTGRES_DB=app
          POSTGRES_PASSWORD={{ with nomadVar "nomad/jobs/postgres" }}{{ .password }}{{ end }}
        EOT
        destination = "${NOMAD_SECRETS_DIR}/postgres.env"
        env         = true
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
