"""Two addresses on one machine: an answer must leave from the address that was asked, and TCP and UDP must tell the server's side alike.

Runs in a network namespace of its own, with addresses of its own on its loopback, where that is permitted; in a container that permits
none, on 127.0.0.0/8, whose addresses are two like any others. Usage: two_addresses.py EDGE_GATEWAY WORKFOLDER. Says what it did; exit
code 1 when something was wrong.
"""
import ctypes
import fcntl
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, SIOCGIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8914, 0x8913, 0x8916, 1


def own_namespace():
    """True once this process has a network of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return True
    return False


def give_address(name, address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        if address:
            fcntl.ioctl(control, SIOCSIFADDR, struct.pack("16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(address)))
        request = struct.pack("16sH14x", name, 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", name, flags | IFF_UP))


def addresses():
    if own_namespace():
        give_address(b"lo", None)
        for index, address in enumerate(("10.77.0.1", "10.77.0.2", "10.77.0.3")):
            give_address(b"lo:%d" % index, address)
        return "in a network namespace", ["10.77.0.1", "10.77.0.2"], "10.77.0.3"
    return "on 127.0.0.0/8 (this container permits no namespace)", ["127.0.77.1", "127.0.77.2"], "127.0.77.3"


def echo(server):
    while True:
        data, client = server.recvfrom(2000)
        server.sendto(b"echo " + data, client)


def main(gateway, folder):
    where, asked, client_address = addresses()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    threading.Thread(target=echo, args=(server,), daemon=True).start()
    picker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    picker.bind(("", 0))
    port = picker.getsockname()[1]
    picker.close()

    dynamic = pathlib.Path(folder, "udp.yml")
    dynamic.write_text(
        "udp:\n  routers:\n    r: {entryPoints: [dns], service: s}\n"
        "  services:\n    s: {loadBalancer: {servers: [{address: '127.0.0.1:%d'}]}}\n" % server.getsockname()[1])
    log = pathlib.Path(folder, "l4.log")
    process = subprocess.Popen(
        [gateway, "--entryPoints.dns.address=:%d/udp" % port, "--entryPoints.dns.udp.timeout=500ms", "--providers.file.filename=%s" % dynamic,
         "--accessLog.l4.filePath=%s" % log, "--accessLog.l4.format=$remote_addr > $server_addr:$server_port $status"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.bind((client_address, 0))
        client.settimeout(0.2)
        deadline = time.monotonic() + 60
        for turn in range(3):
            for address in asked:
                text = b"%s %d" % (address.encode(), turn)
                while True:
                    client.sendto(text, (address, port))
                    try:
                        answer, sender = client.recvfrom(2000)
                    except (socket.timeout, ConnectionRefusedError):
                        if time.monotonic() > deadline or process.poll() is not None:
                            print("no answer of", address)
                            return 1
                        continue  # it is still starting
                    if answer == b"echo " + text:
                        break
                if sender != (address, port):
                    print("asked", address, "and was answered by", sender)
                    return 1

        # The sessions fall idle; their records name the address that was asked.
        wanted = {"%s > %s:%d 200" % (client_address, address, port) for address in asked}
        while not (log.exists() and wanted <= set(log.read_text().splitlines())):
            if time.monotonic() > deadline:
                print("the log says", log.read_text() if log.exists() else "nothing")
                return 1
            time.sleep(0.02)
        print("Answers left from", " and ".join(asked), where)
        return 0
    finally:
        process.kill()
        process.wait()


sys.exit(main(sys.argv[1], sys.argv[2]))
