#!/usr/bin/env python3
"""The gateway beside nginx, HAProxy and Caddy, one after the other in one run: ratios, not absolute times, are what to read.

usage: peers.py --gateway PATH [http] [tls] [handshake] [idle] [relay] [udp]     (no part named: all)

Needs nginx with its stream module, haproxy, caddy, wrk, curl, openssl. Everything listens on loopback and ends with the run; CPU is what
the kernel counted for the process and its children while a part ran.
"""
import argparse
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

PARTS = ["http", "tls", "handshake", "idle", "relay", "udp"]
NAMES = ["nginx", "haproxy", "caddy", "gateway"]


class Ports(dict):
    """A free port for each name, picked by the system at its first use."""

    def __missing__(self, name):
        kind = socket.SOCK_DGRAM if "udp" in name else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as s:
            s.bind(("127.0.0.1", 0))
            self[name] = s.getsockname()[1]
        return self[name]


PORT = Ports()


def tree(pid):
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in open(f"/proc/{pid}/task/{task}/children").read().split():
                found += tree(int(child))
    except FileNotFoundError:
        pass
    return found


def cpu(process):
    """Seconds of CPU of a process and its children."""
    ticks = 0
    for pid in tree(process.pid):
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        except FileNotFoundError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def resident(process):
    """KiB of resident memory."""
    total = 0
    for pid in tree(process.pid):
        try:
            total += int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))
        except (FileNotFoundError, AttributeError):
            pass
    return total


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def configurations(folder):
    crt, key = os.path.join(folder, "c.pem"), os.path.join(folder, "k.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=a.test",
         "-addext", "subjectAltName=DNS:a.test", "-keyout", key, "-out", crt], check=True, capture_output=True)
    write(folder, "both.pem", open(crt).read() + open(key).read())
    with open(os.path.join(folder, "big"), "wb") as big:
        big.truncate(1 << 30)
    module = "/usr/lib/nginx/modules/ngx_stream_module.so"
    head = (f"load_module {module};\n" if os.path.exists(module) else "") + "daemon off; worker_rlimit_nofile 20000;\n"
    write(folder, "up.conf", head + f"""worker_processes 1; error_log {folder}/up.log; pid {folder}/up.pid;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 100000000; sendfile on; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
 server {{ listen 127.0.0.1:{PORT['up']} backlog=1024; listen 127.0.0.1:{PORT['up-tls']} ssl; ssl_certificate {crt}; ssl_certificate_key {key};
  location / {{ return 200 "hello, world!"; }} location /big {{ root {folder}; }} }} }}
""")
    write(folder, "nginx.conf", head + f"""worker_processes 2; error_log {folder}/n.log; pid {folder}/n.pid;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_temp_path {folder}/t3; proxy_temp_path {folder}/t4;
 ssl_session_cache shared:a:10m; ssl_session_tickets on;
 upstream u {{ server 127.0.0.1:{PORT['up']}; keepalive 128; keepalive_requests 100000000; }}
 server {{ listen 127.0.0.1:{PORT['nginx']}; listen 127.0.0.1:{PORT['nginx-tls']} ssl; ssl_certificate {crt}; ssl_certificate_key {key};
  location / {{ proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
   proxy_set_header X-Forwarded-For $remote_addr; }} }} }}
stream {{ access_log off;
 server {{ listen 127.0.0.1:{PORT['nginx-tcp']}; proxy_pass 127.0.0.1:{PORT['up']}; }}
 server {{ listen 127.0.0.1:{PORT['nginx-pass']}; ssl_preread on; proxy_pass 127.0.0.1:{PORT['up-tls']}; }}
 server {{ listen 127.0.0.1:{PORT['nginx-term']} ssl; ssl_certificate {crt}; ssl_certificate_key {key}; proxy_pass 127.0.0.1:{PORT['up']}; }}
 server {{ listen 127.0.0.1:{PORT['nginx-udp']} udp reuseport; proxy_timeout 30s; proxy_pass 127.0.0.1:{PORT['up-udp']}; }} }}
""")
    write(folder, "haproxy.cfg", f"""global
  nbthread 2
  maxconn 8000
  ssl-default-bind-options no-sslv3
defaults
  mode http
  timeout client 600s
  timeout server 600s
  timeout connect 5s
  http-reuse always
frontend f
  bind 127.0.0.1:{PORT['haproxy']}
  bind 127.0.0.1:{PORT['haproxy-tls']} ssl crt {folder}/both.pem
  option forwardfor
  default_backend b
backend b
  server s 127.0.0.1:{PORT['up']}
listen plain
  mode tcp
  bind 127.0.0.1:{PORT['haproxy-tcp']}
  server s 127.0.0.1:{PORT['up']}
listen pass
  mode tcp
  bind 127.0.0.1:{PORT['haproxy-pass']}
  tcp-request inspect-delay 5s
  tcp-request content accept if {{ req_ssl_hello_type 1 }}
  server s 127.0.0.1:{PORT['up-tls']}
listen term
  mode tcp
  bind 127.0.0.1:{PORT['haproxy-term']} ssl crt {folder}/both.pem
  server s 127.0.0.1:{PORT['up']}
""")
    write(folder, "Caddyfile", f"""{{
 admin off
 auto_https off
}}
http://:{PORT['caddy']} {{
 bind 127.0.0.1
 reverse_proxy 127.0.0.1:{PORT['up']}
}}
https://a.test:{PORT['caddy-tls']} {{
 bind 127.0.0.1
 tls {crt} {key}
 reverse_proxy 127.0.0.1:{PORT['up']}
}}
""")
    os.mkdir(os.path.join(folder, "dynamic"))
    write(os.path.join(folder, "dynamic"), "a.yml", f"""http:
  routers:
    a: {{rule: "Host(`a.test`)", service: a, entryPoints: [web]}}
    t: {{rule: "Host(`a.test`)", service: a, entryPoints: [websecure], tls: {{}}}}
  services:
    a: {{loadBalancer: {{servers: [{{url: "http://127.0.0.1:{PORT['up']}"}}]}}}}
tcp:
  routers:
    plain: {{rule: "HostSNI(`*`)", service: plain, entryPoints: [tcp]}}
    pass: {{rule: "HostSNI(`a.test`)", service: tls, entryPoints: [pass], tls: {{passthrough: true}}}}
    term: {{rule: "HostSNI(`a.test`)", service: plain, entryPoints: [term], tls: {{}}}}
  services:
    plain: {{loadBalancer: {{servers: [{{address: "127.0.0.1:{PORT['up']}"}}]}}}}
    tls: {{loadBalancer: {{servers: [{{address: "127.0.0.1:{PORT['up-tls']}"}}]}}}}
udp:
  routers: {{u: {{service: u, entryPoints: [udp]}}}}
  services: {{u: {{loadBalancer: {{servers: [{{address: "127.0.0.1:{PORT['up-udp']}"}}]}}}}}}
tls: {{certificates: [{{certFile: "{crt}", keyFile: "{key}"}}]}}
""")


def start(folder, gateway):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    run = lambda *command: subprocess.Popen(command, **quiet)
    up = run("nginx", "-c", f"{folder}/up.conf")
    points = [f"--entrypoints.{name}.address=127.0.0.1:{PORT['gateway' + end]}" for name, end in
              [("web", ""), ("websecure", "-tls"), ("tcp", "-tcp"), ("pass", "-pass"), ("term", "-term")]]
    processes = {
        "nginx": run("nginx", "-c", f"{folder}/nginx.conf"),
        "haproxy": run("haproxy", "-f", f"{folder}/haproxy.cfg"),
        "caddy": run("caddy", "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"),
        "gateway": run(gateway, *points, f"--entrypoints.udp.address=127.0.0.1:{PORT['gateway-udp']}/udp", f"--providers.file.directory={folder}/dynamic"),
    }
    for name in NAMES:
        for end in ("", "-tls"):
            deadline = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", PORT[name + end]), 1).close()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise SystemExit(f"{name} does not listen")
                    time.sleep(0.05)
    return up, processes


def table(title, unit, rows):
    base = next((value for name, value, _ in rows if name == "nginx"), None)
    print(f"\n{title}")
    for name, value, more in rows:
        ratio = f"{value / base:6.2f}" if base else "      "
        print(f"  {name:8} {value:9.2f} {unit} {ratio}  {more}", flush=True)


def requests(processes, end):
    rows = []
    for name in NAMES:
        scheme = "https" if end else "http"
        load = lambda seconds: subprocess.run(
            ["wrk", "-t1", "-c64", f"-d{seconds}s", "-H", "Host: a.test", f"{scheme}://127.0.0.1:{PORT[name + end]}/"],
            capture_output=True, text=True, check=True).stdout
        load(4)
        before = cpu(processes[name])
        out = load(6)
        used = cpu(processes[name]) - before
        count = int(re.search(r"(\d+) requests in", out).group(1))
        if count == 0:
            continue  # wrk sends an address no name, and Caddy then knows no certificate
        rows.append((name, used / count * 1e6, f"{count / 6:.0f}/s" + (" NOT ALL 200" if "Non-2xx" in out else "")))
    table("CPU per request, HTTP/1.1 keep-alive, 64 connections, 13 bytes" + (", TLS" if end else ""), "µs", rows)


def handshakes(processes, kind, count=2000):
    rows, resumed = [], kind == "resumed"
    for name in NAMES:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

        def ask(s):
            s.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := s.recv(4096):
                answer += piece
            return answer.startswith(b"HTTP/1.1 200")

        def one(session):
            with socket.create_connection(("127.0.0.1", PORT[name + ("" if kind == "plain" else "-tls")])) as plain:
                if kind == "plain":
                    return None, False, ask(plain)
                with context.wrap_socket(plain, server_hostname="a.test", session=session) as tls:
                    good = ask(tls)
                    return tls.session, tls.session_reused, good

        session = None
        for _ in range(1500):  # also what a just-in-time compiler still has to do
            session, _, _ = one(session if resumed else None)
        before, reused, good = cpu(processes[name]), 0, 0
        for _ in range(count):
            next_session, was, ok = one(session if resumed else None)
            session = next_session if resumed else None
            reused, good = reused + was, good + ok
        rows.append((name, (cpu(processes[name]) - before) / count * 1e6, f"{reused} of {count} resumed" + ("" if good == count else f", {good} GOOD ONLY")))
    table(f"CPU per new connection with one request, {dict(plain='plain', full='TLS 1.3, full', resumed='TLS 1.3, resumed')[kind]}", "µs", rows)


def idle(processes, end, count=2000):
    rows = []
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name in NAMES:
        def open_one():
            s = socket.create_connection(("127.0.0.1", PORT[name + end]))
            if end:
                s = context.wrap_socket(s, server_hostname="a.test")
            s.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            s.recv(4096)
            return s
        for s in [open_one() for _ in range(100)]:
            s.close()
        time.sleep(2)
        before = resident(processes[name])
        held = [open_one() for _ in range(count)]
        time.sleep(3)
        rows.append((name, (resident(processes[name]) - before) / count, ""))
        for s in held:
            s.close()
    table(f"resident memory per idle connection after one request, {count} of them" + (", TLS" if end else ""), "KiB", rows)


def relay(processes, kind):
    rows = []
    for name in NAMES:
        if name == "caddy":
            continue
        scheme = "http" if kind == "tcp" else "https"
        command = ["curl", "-sk", "-o", "/dev/null", "-w", "%{size_download}", "--resolve", f"a.test:{PORT[name + '-' + kind]}:127.0.0.1",
                   "--http1.1", f"{scheme}://a.test:{PORT[name + '-' + kind]}/big"]
        size = lambda done: sum(int(out) for out in done)
        size([subprocess.run(command, capture_output=True, text=True).stdout])
        before, begun = cpu(processes[name]), time.monotonic()
        two = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        total = size([p.communicate()[0] for p in two])
        rows.append((name, (cpu(processes[name]) - before) / (total / 1e9), f"{total / 1e9 / (time.monotonic() - begun):.2f} GB/s"))
    table(f"CPU per GB to the client, two downloads at once: {dict(tcp='plain TCP', **{'pass': 'passthrough by SNI', 'term': 'TLS ended'})[kind]}", "s", rows)


def datagrams(processes, seconds=5):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    server.bind(("127.0.0.1", PORT["up-udp"]))

    def echo():
        while True:
            try:
                data, peer = server.recvfrom(2048)
                server.sendto(data, peer)
            except OSError:
                return
    threading.Thread(target=echo, daemon=True).start()
    rows = []
    for name in NAMES:
        if name in ("haproxy", "caddy"):
            continue
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(("127.0.0.1", PORT[name + "-udp"]))
        client.settimeout(1)

        def exchange(until):
            answers = 0
            for _ in range(16):
                client.send(b"x" * 64)
            while time.monotonic() < until:
                try:
                    client.recv(2048)
                    answers += 1
                    client.send(b"x" * 64)
                except socket.timeout:
                    client.send(b"x" * 64)
            return answers
        exchange(time.monotonic() + 1.5)
        before = cpu(processes[name])
        answers = exchange(time.monotonic() + seconds)
        used = cpu(processes[name]) - before
        rows.append((name, used / (2 * answers) * 1e6, f"{2 * answers / used / 1000:.0f}k datagrams per CPU second, both ways counted"))
    server.close()
    table("CPU per datagram, 64 bytes, one client", "µs", rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    parts = options.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    folder = tempfile.mkdtemp(prefix="peers-")
    os.chmod(folder, 0o755)  # nginx reads the big file as another user
    configurations(folder)
    up, processes = start(folder, options.gateway)
    try:
        print("resident memory at rest, MiB: " + ", ".join(f"{name} {resident(p) // 1024}" for name, p in processes.items()))
        if "http" in parts:
            requests(processes, "")
        if "tls" in parts:
            requests(processes, "-tls")
        if "handshake" in parts:
            for kind in ("plain", "full", "resumed"):
                handshakes(processes, kind)
        if "idle" in parts:
            idle(processes, "")
            idle(processes, "-tls")
        if "relay" in parts:
            for kind in ("tcp", "pass", "term"):
                relay(processes, kind)
        if "udp" in parts:
            datagrams(processes)
        print("\nresident memory afterwards, MiB: " + ", ".join(f"{name} {resident(p) // 1024}" for name, p in processes.items()))
    finally:
        for process in [*processes.values(), up]:
            process.terminate()
            process.wait(10)
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
