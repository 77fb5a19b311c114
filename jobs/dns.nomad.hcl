# A resolver that is reached over the gateway's port 53 (edge-gateway.l4.nomad.hcl), by UDP and, for long answers, by TCP:
#
#   dig @firefly-sub03.west-beta.ts.net example.com
#   dig +tcp @firefly-sub03.west-beta.ts.net example.com
#
# A query and its answer are a session of udp.timeout (3 s); two instances share the clients.

job "dns" {
  group "resolver" {
    count = 2

    network {
      port "dns" {
        to = 53
      }
    }

    service {
      name     = "dns"
      provider = "nomad"
      port     = "dns"

      tags = [
        "traefik.enable=true",
        "traefik.udp.routers.dns.entrypoints=dns",
        "traefik.tcp.routers.dns.rule=HostSNI(`*`)",
        "traefik.tcp.routers.dns.entrypoints=dnstcp",
        # Ours: RFC 7766 asks clients to keep such connections short.
        "edge.tcp.services.dns.loadbalancer.idletimeout=30s",
      ]

      check {
        type     = "tcp"
        interval = "5s"
        timeout  = "2s"
      }
    }

    task "coredns" {
      driver = "docker"

      config {
        image = "coredns/coredns:1.12.0"
        ports = ["dns"]
        args  = ["-conf", "/local/Corefile"]
      }

      template {
        data        = <<-EOT
          . {
            forward . /etc/resolv.conf
            cache 30
            errors
          }
        EOT
        destination = "local/Corefile"
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
