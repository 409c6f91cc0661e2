"""What goes on in a gateway's container, for tests: each argument is one thing that goes on there, to its end."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

kept = []


def listen(host, port):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((host, port))
    server.listen(16)
    kept.append(server)
    return server


def pump(source, sink):
    try:
        while data := source.recv(4096):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def forward(port, to):
    """As the usual image's socat: accepts at once, closes when there is nobody behind."""
    server = listen("0.0.0.0", port)

    def serve():
        while True:
            client, _ = server.accept()
            try:
                gateway = socket.create_connection(("127.0.0.1", to))
            except OSError:
                client.close()
                continue
            for pair in ((client, gateway), (gateway, client)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def mute(port):
    """Accepts, says nothing, and closes nothing that its clients have closed."""
    server = listen("0.0.0.0", port)

    def serve():
        while True:
            kept.append(server.accept())

    threading.Thread(target=serve, daemon=True).start()


def begin(thing):
    kind, _, rest = thing.partition(":")
    if kind == "forward":
        forward(*map(int, rest.split(":")))
    elif kind == "mute":
        mute(int(rest))
    elif kind == "say":
        print(rest, flush=True)
    elif kind == "sim":
        kept.append(subprocess.Popen(["/openbell", "sim", "gateway", *rest.split()]))
    elif kind == "once":
        mark, arguments = rest.split(":", 1)
        first = not os.path.exists(mark)
        open(mark, "w").close()
        begin("sim:" + (arguments if first else ""))
    elif kind == "copy":
        source, target = rest.split(":")
        if not os.path.exists(target):
            os.makedirs(os.path.dirname(target))
            shutil.copy(source, target)
    elif kind == "allocate":
        kept.append(bytearray(1 << 30))
    else:
        sys.exit(f"unknown: {thing}")


def end(*_):
    os._exit(0)


signal.signal(signal.SIGTERM, end)
for argument in sys.argv[1:]:
    begin(argument)
print("everything goes on", flush=True)
while True:
    time.sleep(3600)
