"""between -- what stands between the command line and the daemon: a line that breaks, and servers that are none."""
import socket
import socketserver
import threading


class Line:
    """A TCP relay to a port of this machine that can be made to fail. In clear, so that it sees what is asked.

    cut_after   bytes towards the daemon, then the connection is dropped; None: never
    cuts        how often that may happen
    hold        an event: what comes after so many bytes (hold_after) waits for it
    swallow     the answer to a request that begins so is dropped with its connection
    """

    def __init__(self, port):
        self.port_there = port
        self.cut_after, self.cuts = None, 0
        self.hold, self.hold_after = None, 0
        self.swallow, self.swallows = None, 0
        self.asked, self.bytes = [], 0
        self.listen()

    def listen(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def close(self):
        """Nobody is there any more; connections that are open end."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def again(self):
        self.listen(self.port)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.port_there))
            except OSError:
                near.close()
                continue
            state = {"swallow": False}
            for pair in ((near, far, True), (far, near, False)):
                threading.Thread(target=self.relay, args=(*pair, state), daemon=True).start()

    def relay(self, source, target, there, state):
        passed = 0
        try:
            while data := source.recv(16384):
                if there:
                    self.note(data, state)
                    self.bytes += len(data)
                    passed += len(data)
                    if self.hold and passed > self.hold_after:
                        self.hold.wait(30)
                    if self.cut_after is not None and passed > self.cut_after and self.cuts:
                        self.cuts -= 1
                        break
                elif state["swallow"]:
                    break
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def note(self, data, state):
        word = data.split(b" ", 1)[0]
        if word not in (b"GET", b"HEAD", b"POST", b"PATCH", b"PUT", b"DELETE"):
            return
        line = data.split(b" HTTP/1.1", 1)[0].decode()
        self.asked.append(line)
        if self.swallow and line.startswith(self.swallow) and self.swallows:
            self.swallows -= 1
            state["swallow"] = True

    def count(self, begins):
        return sum(line.startswith(begins) for line in self.asked)


class Impostor:
    """A server that says what it is told to, whatever it is asked. `say`: bytes, or a function of the connection."""

    def __init__(self, say):
        outer = self
        self.asked = 0

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    if not self.request.recv(65536):
                        return
                    outer.asked += 1
                    if callable(say):
                        say(self.request)
                    else:
                        self.request.sendall(say)
                except OSError:
                    pass

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
