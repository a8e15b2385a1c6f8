"""ask -- requests over HTTP for the contract test: as a role, on a connection that stays."""
import http.client
import ssl
import urllib.parse

from contract import Reply


class Ask:
    """Callable as contract.Contract wants it; `identity` are the headers that say who asks."""

    def __init__(self, base, identity=None, timeout=30):
        self.base, self.identity, self.timeout = urllib.parse.urlsplit(base), identity or {}, timeout
        self.connection = None

    def connect(self):
        if self.base.scheme == "https":  # the certificate that the daemon makes for itself
            return http.client.HTTPSConnection(self.base.hostname, self.base.port, timeout=self.timeout,
                                               context=ssl._create_unverified_context())
        return http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=self.timeout)

    def __call__(self, method, path, headers, body, stream=False):
        try:
            return self.once(method, path, headers, body, stream)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # It may close between two requests, as HTTP lets it; on a fresh connection it must answer.
            self.close()
            return self.once(method, path, headers, body, stream)

    def once(self, method, path, headers, body, stream):
        self.connection = self.connection or self.connect()
        try:
            self.connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**self.identity, **headers}.items():
                self.connection.putheader(name, value)
            if body is not None or method in ("POST", "PUT", "PATCH"):
                self.connection.putheader("Content-Length", str(len(body or b"")))
            self.connection.endheaders(body or None)
            answer = self.connection.getresponse()
            reply = Reply(answer.status, answer.getheaders(), b"" if stream else answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise error if isinstance(error, OSError) else OSError(f"{type(error).__name__}: {error}") from error
        if stream or answer.will_close:
            self.close()
        return reply

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None
