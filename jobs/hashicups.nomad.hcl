# HashiCups, the demo shop, behind the gateway: six services on dynamic ports, found through Nomad's own service discovery.
# Image tags are those of the demo's version v0.1 (learn-nomad-sd). Only nginx is exposed. Replace firefly-sub03.west-beta.ts.net by the MagicDNS name of the node that serves it.
#
#   nomad job run hashicups.nomad.hcl

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

variable "postgres_password" {
  type    = string
  default = "password"
}

job "hashicups" {
  type        = "service"
  datacenters = var.datacenters

  update {
    max_parallel     = 1
    min_healthy_time = "5s"
    healthy_deadline = "5m"
    auto_revert      = true
  }

  group "db" {
    network {
      port "db" {
        to = 5432
      }
    }

    service {
      name     = "database"
      provider = "nomad"
      port     = "db"
      tags     = ["traefik.enable=false"]

      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "postgres" {
      driver = "docker"

      config {
        image = "hashicorpdemoapp/product-api-db:v0.0.20"
        ports = ["db"]
      }

      env {
        POSTGRES_DB       = "products"
        POSTGRES_USER     = "postgres"
        POSTGRES_PASSWORD = var.postgres_password
      }

      resources {
        cpu    = 200
        memory = 256
      }
    }
  }

  group "product-api" {
    network {
      port "api" {
        to = 9090
      }
    }

    service {
      name     = "product-api"
      provider = "nomad"
      port     = "api"
      tags     = ["traefik.enable=false"]

      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "product-api" {
      driver = "docker"

      config {
        image = "hashicorpdemoapp/product-api:v0.0.21"
        ports = ["api"]
      }

      template {
        destination = "local/service.env"
        env         = true
        data        = <<-EOT
          BIND_ADDRESS=":9090"
          {{- range nomadService "database" }}
          DB_CONNECTION="host={{ .Address }} port={{ .Port }} user=postgres password=${var.postgres_password} dbname=products sslmode=disable"
          {{- end }}
        EOT
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }

  group "payments-api" {
    network {
      port "api" {
        to = 8080 # a host port of 8080 would be the gateway's admin port
      }
    }

    service {
      name     = "payments-api"
      provider = "nomad"
      port     = "api"
      tags     = ["traefik.enable=false"]

      check {
        type     = "tcp" # its own health page also judges a Redis that the demo does not have
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "payments-api" {
      driver = "docker"

      config {
        image = "hashicorpdemoapp/payments:v0.0.12"
        ports = ["api"]
      }

      resources {
        cpu    = 200
        memory = 512
      }
    }
  }

  group "public-api" {
    network {
      port "api" {
        to = 8081
      }
    }

    service {
      name     = "public-api"
      provider = "nomad"
      port     = "api"
      tags     = ["traefik.enable=false"]

      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "public-api" {
      driver = "docker"

      config {
        image = "hashicorpdemoapp/public-api:v0.0.7"
        ports = ["api"]
      }

      template {
        destination = "local/service.env"
        env         = true
        data        = <<-EOT
          BIND_ADDRESS=":8081"
          {{- range nomadService "product-api" }}
          PRODUCT_API_URI="http://{{ .Address }}:{{ .Port }}"
          {{- end }}
          {{- range nomadService "payments-api" }}
          PAYMENT_API_URI="http://{{ .Address }}:{{ .Port }}"
          {{- end }}
        EOT
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }

  group "frontend" {
    network {
      port "web" {
        to = 3000
      }
    }

    service {
      name     = "frontend"
      provider = "nomad"
      port     = "web"
      tags     = ["traefik.enable=false"]

      check {
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "frontend" {
      driver = "docker"

      config {
        image = "hashicorpdemoapp/frontend:v1.0.4"
        ports = ["web"]
      }

      env {
        PORT                       = "3000"
        NEXT_PUBLIC_PUBLIC_API_URL = "/" # the browser asks nginx, which knows where the API is
      }

      resources {
        cpu    = 200
        memory = 256
      }
    }
  }

  group "nginx" {
    network {
      port "http" {
        to = 80 # any free host port; the gateway learns it from the registration
      }
    }

    service {
      name     = "nginx"
      provider = "nomad"
      port     = "http"

      tags = [
        "traefik.http.routers.hashicups.rule=Host(`firefly-sub03.west-beta.ts.net`)",
        "traefik.http.routers.hashicups.tls.certResolver=tailscaleresolver",
      ]

      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "nginx" {
      driver = "docker"

      config {
        image = "nginx:alpine"
        ports = ["http"]
        # The folder: a new rendering replaces the file, and a mounted file would stay the old one.
        volumes = ["local:/etc/nginx/conf.d"]
      }

      template {
        destination   = "local/default.conf"
        change_mode   = "signal"
        change_signal = "SIGHUP"
        data          = <<-EOT
          upstream shop {
          {{- range nomadService "frontend" }}
            server {{ .Address }}:{{ .Port }};
          {{- else }}
            server 127.0.0.1:65535; # none yet: nginx wants at least one
          {{- end }}
          }
          upstream api {
          {{- range nomadService "public-api" }}
            server {{ .Address }}:{{ .Port }};
          {{- else }}
            server 127.0.0.1:65535;
          {{- end }}
          }
          server {
            listen 80;
            location = /healthz {
              return 204;
            }
            location /api {
              proxy_pass http://api;
            }
            location / {
              proxy_pass http://shop;
              proxy_set_header Host $host;
            }
          }
        EOT
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
