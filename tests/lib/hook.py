"""hook -- a receiver of webhooks for tests, which drops a repeat by its key; told to be slow, broken or gone.

    with Hook() as hook:
        hook.url, hook.seen        # key -> the body as it was first taken
        hook.how = "ok"            # "503", "hang", "slow", "cut" (takes it and answers nobody), "redirect", "long", "later" (429, Retry-After of hook.wait)
"""
import contextlib
import hashlib
import hmac
import http.server
import json
import socketserver
import threading
import time


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Hook:
    def __init__(self, port=0):
        self.how, self.seen, self.times, self.heads, self.moments = "ok", {}, {}, {}, []
        self.port, self.wait = port, "3600"
        self.lock = threading.Lock()
        self.start()

    def start(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                hook.answer(self)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/in"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        how = self.how
        key = request.headers.get("Idempotency-Key", "")
        with self.lock:
            self.times[key] = self.times.get(key, 0) + 1
            self.moments.append((time.monotonic(), request.headers.get("Host", "")))
            self.heads[key] = dict(request.headers.items())
            if how in ("ok", "slow", "cut", "long"):
                self.seen.setdefault(key, body)
        if how == "hang":
            time.sleep(30)
        if how == "slow":
            time.sleep(0.7)
        if how in ("hang", "cut"):
            request.close_connection = True
            with contextlib.suppress(OSError):
                request.connection.close()
            return
        status, said, more = {"503": (503, b"busy", ()), "redirect": (307, b"", (("Location", f"http://127.0.0.1:{self.port}/else"),)),
                              "long": (200, b"x" * 10_000_000, ()), "later": (429, b"later", (("Retry-After", self.wait),))}.get(how, (200, b"taken\x1b[31m\r\nmore", ()))
        with contextlib.suppress(OSError):
            request.send_response(status)
            for name, value in more:
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(said)))
            request.end_headers()
            request.wfile.write(said)


def signed(secret, url, head, body):
    """Is this the signature of the house for this URL and body?"""
    key = hmac.new(hashlib.sha256(secret.encode()).digest(), b"webhook\n" + url.encode(), hashlib.sha256).digest()
    parts = dict(p.split("=", 1) for p in head.split(","))
    right = hmac.new(key, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(parts["v1"], right) and abs(time.time() - int(parts["t"])) < 300


def body_of(hook):
    return [json.loads(body) for body in hook.seen.values()]
