"""What each limit of host/http does, with small ones: too slow, too many, too much, gone without a word."""
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import Results, Server, Unexpected, read_answer, send, statuses, until_end  # noqa: E402

V1 = b" HTTP/1.1\r\nHost: x\r\n"


def expect(what, is_so):
    if not is_so:
        raise Unexpected(what)


def until(what, check, seconds=40):
    """Wait for it; the limit is far above what any machine needs."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise Unexpected(f"did not come to pass: {what}")
        time.sleep(0.02)


def slow_head():
    with Server("head_ms=200") as server, server.connect() as one:
        send(one, b"GET /echo HTTP/1.1\r\nHo")
        begin = time.monotonic()
        expect("408", statuses(until_end(one)) == [408])
        expect("not before its time", time.monotonic() - begin > 0.15)


def drip_head():
    """A byte now and then does not help: the head as a whole has its time."""
    with Server("head_ms=300") as server, server.connect() as one:
        for byte in b"GET /echo HTTP/1.1\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaa":
            send(one, bytes([byte]))
            time.sleep(0.02)
        expect("408", statuses(until_end(one)) == [408])


def silent():
    with Server("idle_ms=200") as server, server.connect() as one:
        expect("closed without a word", until_end(one) == b"")


def idle_between():
    with Server("idle_ms=200") as server, server.connect() as one:
        send(one, b"GET /echo" + V1 + b"\r\n")
        expect("one answer, then the end", statuses(until_end(one)) == [200])


def slow_body():
    with Server("head_ms=300", "body_bytes_per_s=1000") as server, server.connect() as one:
        send(one, b"POST /echo" + V1 + b"Content-Length: 1000\r\n\r\n")
        one.settimeout(0.05)
        said = b""
        for _ in range(100):
            send(one, b"x")
            try:
                said += one.recv(1000)
                break
            except TimeoutError:
                pass
        expect("408", statuses(said) == [408])
        one.settimeout(5)
        until_end(one)
        expect("counted", server.counts()["refused"] == 1)


def steady_body():
    """Fast enough, over several of the spans in which it is counted."""
    with Server("head_ms=200", "body_bytes_per_s=100") as server, server.connect() as one:
        send(one, b"POST /echo" + V1 + b"Content-Length: 3000\r\n\r\n")
        for _ in range(30):
            send(one, b"x" * 100)
            time.sleep(0.03)
        expect("taken", read_answer(one)[0] == 200)


def paused_body():
    """The house is busy: that is not the client's fault."""
    with Server("head_ms=100", "body_bytes_per_s=1000") as server, server.connect() as one:
        send(one, b"POST /paused?ms=500" + V1 + b"Content-Length: 5\r\n\r\nhello")
        status, _, body = read_answer(one)
        expect("taken", status == 200 and body.endswith(b"hello"))


def long_body(how):
    with Server() as server, server.connect() as one:
        send(one, b"POST /echo?most=10" + V1 + how)
        said = until_end(one)
        expect(f"413 alone: {said[:100]}", statuses(said) == [413])


def body_at_limit():
    with Server() as server, server.connect() as one:
        send(one, b"POST /echo?most=10" + V1 + b"Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")
        expect("taken", read_answer(one)[2].endswith(b"0123456789"))


def nobody_takes():
    with Server() as server, server.connect() as one:
        send(one, b"POST /nobody" + V1 + b"Content-Length: 1\r\n\r\nxGET /echo" + V1 + b"\r\n")
        expect("413 alone", statuses(until_end(one)) == [413])


def early_answer():
    """Said before the body was read: the rest of it is not taken for a request."""
    with Server() as server, server.connect() as one:
        send(one, b"POST /early" + V1 + b"Content-Length: 40\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        said = until_end(one)
        expect("one answer", statuses(said) == [403])
        expect("which says that it is the last", b"Connection: close\r\n" in said)


def early_without_body():
    """There is no rest: the connection goes on."""
    with Server() as server, server.connect() as one:
        send(one, b"GET /early" + V1 + b"\r\nGET /early" + V1 + b"\r\nGET /echo" + V1 + b"Connection: close\r\n\r\n")
        expect("all three", statuses(until_end(one)) == [403, 403, 200])


def early_with_much():
    """The client still sends; it sees the answer all the same."""
    with Server() as server, server.connect() as one:
        send(one, b"POST /early" + V1 + b"Content-Length: 300000\r\n\r\n" + b"x" * 300000)
        expect("the answer arrives", statuses(until_end(one)) == [403])


def of_one_address():
    with Server("connections_each=3") as server:
        kept = [server.connect() for _ in range(3)]
        for one in kept:
            send(one, b"GET /echo" + V1 + b"\r\n")
            expect("taken", read_answer(one)[0] == 200)
        with server.connect() as more:
            expect("closed at once", until_end(more) == b"")
        with server.connect(source=("127.0.0.9", 0)) as other:
            send(other, b"GET /echo" + V1 + b"\r\n")
            expect("another address is taken", b"127.0.0.9" in read_answer(other)[2])
        kept.pop().close()
        until("room again", lambda: of_one_again(server))
        for one in kept:
            one.close()


def of_one_again(server):
    with server.connect() as one:
        send(one, b"GET /echo" + V1 + b"Connection: close\r\n\r\n")
        return statuses(until_end(one)) == [200]


def of_all():
    with Server("connections=4", "connections_each=2") as server:
        kept = [server.connect(source=(f"127.0.0.{n}", 0)) for n in range(2, 6)]
        for one in kept:
            send(one, b"GET /echo" + V1 + b"\r\n")
            expect("taken", read_answer(one)[0] == 200)
        with server.connect(source=("127.0.0.77", 0)) as more:
            expect("closed at once", until_end(more) == b"")
        for one in kept:
            one.close()
        until("room again", lambda: of_one_again(server))
        expect("counted", server.counts()["turned_away"] >= 1)


def pipelined():
    """Answers in the order of the requests, although the first takes its time."""
    with Server() as server, server.connect() as one:
        send(one, b"GET /slow?ms=100" + V1 + b"\r\n" + b"".join(b"GET /echo?n=%d%s\r\n" % (n, V1) for n in range(50)))
        expect("the slow one first", read_all(one, 51)[0] == b"slow\n")


def read_all(one, count):
    """So many answers that follow one another; the bodies."""
    file, bodies = one.makefile("rb"), []
    for _ in range(count):
        expect("a status", file.readline().startswith(b"HTTP/1.1 200"))
        while (line := file.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        bodies.append(file.read(length))
    for n, body in enumerate(bodies[1:]):
        expect(f"number {n} in its place", b"?n=%d " % n in body)
    return bodies


def piled_up():
    """Who sends without end while nothing is answered is not read without end."""
    with Server() as server, server.connect() as one:
        one.settimeout(1)
        sent = 0
        try:
            one.sendall(b"GET /slow?ms=60000" + V1 + b"\r\n")
            while sent < 64 << 20:
                sent += one.send(b"x" * 65536)
        except TimeoutError:
            pass
        expect(f"{sent} bytes were taken", sent < 16 << 20)


def large_answer():
    with Server() as server, server.connect() as one:
        send(one, b"GET /file?size=5000000" + V1 + b"\r\nGET /sized?size=3000000" + V1 + b"\r\n")
        want = bytes(ord("a") + n % 26 for n in range(5000000))
        file = one.makefile("rb")
        for size in (5000000, 3000000):
            while file.readline() != b"\r\n":
                pass
            expect("every byte", file.read(size) == want[:size])


def short_file():
    """A file that lacks what was said of it: the client sees by the end that it is not whole."""
    with Server() as server, server.connect() as one:
        send(one, b"GET /file?size=200000&lacks=50000" + V1 + b"\r\n")
        body = until_end(one).split(b"\r\n\r\n", 1)[1]
        expect(f"{len(body)} bytes", len(body) == 150000)


def reader_that_stops():
    """An answer of which nothing is taken ends the connection."""
    with Server("send_ms=300") as server, server.connect() as one:
        send(one, b"GET /file?size=50000000" + V1 + b"\r\n")
        one.recv(1000)
        until("cut off", lambda: server.counts()["open"] == 1)


def slow_reader():
    """Who takes something now and then is not cut off."""
    with Server("send_ms=400") as server, server.connect() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        send(one, b"GET /sized?size=6000000" + V1 + b"Connection: close\r\n\r\n")
        got = 0
        while piece := one.recv(300000):
            got += len(piece)
            time.sleep(0.01)
        expect(f"{got} bytes", got > 6000000)


STREAM = b"GET /stream?count=100000&bytes=20000&each=1" + V1 + b"\r\n"
LISTENER = """
import socket, sys
one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
one.sendall(sys.stdin.buffer.read())
print("up", flush=True)
while one.recv(65536):
    pass
"""


def stopped_listener():
    """A client that stands still, as behind a link that went down without a word: its stream is cut at stream_bytes."""
    with Server("stream_bytes=100000") as server:
        with subprocess.Popen([sys.executable, "-c", LISTENER, str(server.port)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as client:
            try:
                client.stdin.write(STREAM)
                client.stdin.close()
                client.stdout.readline()
                until("a stream", lambda: server.counts()["streams"] == 1)
                client.send_signal(signal.SIGSTOP)
                until("cut", lambda: server.counts()["cuts"] == 1)
                expect("gone", server.counts()["streams"] == 0)
            finally:
                client.kill()


def quiet_link():
    """Little is said, so the limit in bytes does not tell: the time without any taking does."""
    with Server("stream_bytes=10000000000", "send_ms=300") as server, server.connect() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        send(one, STREAM)
        until("a stream", lambda: server.counts()["streams"] == 1)
        until("cut", lambda: server.counts()["streams"] == 0)


def listener_leaves():
    with Server() as server:
        one = server.connect()
        send(one, b"GET /stream?count=100000&each=60000" + V1 + b"\r\n")
        one.recv(1000)
        expect("there", server.counts()["streams"] == 1)
        one.shutdown(socket.SHUT_WR)
        until("noticed before the next word", lambda: server.counts()["streams"] == 0)
        one.close()


def whole_stream():
    with Server() as server, server.connect() as one:
        send(one, b"GET /stream?count=5&bytes=7" + V1 + b"\r\n")
        status, headers, body = read_answer(one)
        expect("all chunks", status == 200 and body == b"x" * 35 and headers["transfer-encoding"] == "chunked")
        send(one, b"GET /echo" + V1 + b"\r\n")
        expect("and the next request", read_answer(one)[0] == 200)
        expect("told that there is room", server.counts()["drains"] >= 1)


def old_stream():
    with Server() as server, server.connect() as one:
        send(one, b"GET /stream?count=5&bytes=7 HTTP/1.0\r\n\r\n")
        said = until_end(one)
        expect("no chunks in HTTP/1.0", b"chunked" not in said and said.endswith(b"\r\n\r\n" + b"x" * 35))


def heads_only():
    with Server() as server, server.connect() as one:
        for path, length in ((b"/sized?size=100", "100"), (b"/file?size=100000", "100000"), (b"/stream", None)):
            send(one, b"HEAD " + path + V1 + b"\r\n")
            status, headers, _ = read_answer(one, no_body=True)
            expect(path.decode(), status == 200 and headers.get("content-length") == length)
        send(one, b"GET /echo" + V1 + b"Connection: close\r\n\r\n")
        expect("nothing between", until_end(one).startswith(b"HTTP/1.1 200"))


def half_close():
    """A client may say all, close its half, and wait."""
    with Server() as server, server.connect() as one:
        send(one, b"GET /slow?ms=100" + V1 + b"\r\n")
        one.shutdown(socket.SHUT_WR)
        expect("answered", until_end(one).endswith(b"slow\n"))


def cut_request():
    """What breaks off half way is nobody's request, and the taker is told."""
    with Server() as server:
        for data in (b"GET /ec", b"POST /echo" + V1 + b"Content-Length: 10\r\n\r\nhal",
                     b"POST /echo" + V1 + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe"):
            with server.connect() as one:
                send(one, data)
                one.shutdown(socket.SHUT_WR)
                expect("no answer", until_end(one) == b"")


def stop_with_work():
    """SIGTERM: what is answered is sent to the end, streams end, idle ones are closed; nothing is left (exit status)."""
    with Server() as server:
        idle, stream, much = server.connect(), server.connect(), server.connect()
        send(stream, b"GET /stream?count=100000&each=50" + V1 + b"\r\n")
        send(much, b"GET /file?size=20000000" + V1 + b"\r\n")
        stream.recv(100), much.recv(100)
        until("all there", lambda: server.counts()["open"] >= 4)
        server.stop()
        expect("idle", until_end(idle) == b"")
        expect("the stream has its end", until_end(stream).endswith(b"0\r\n\r\n"))
        expect("the whole file", len(until_end(much, 1 << 26)) > 19990000)


def main():
    results = Results("http limits")
    for case in (slow_head, drip_head, silent, idle_between, slow_body, steady_body, paused_body, body_at_limit,
                 nobody_takes, early_answer, early_without_body, early_with_much, of_one_address, of_all, pipelined, piled_up,
                 large_answer, short_file, reader_that_stops, slow_reader, stopped_listener, quiet_link,
                 listener_leaves, whole_stream, old_stream, heads_only, half_close, cut_request, stop_with_work):
        results.case(case.__name__, case)
    results.case("long body by length", long_body, b"Content-Length: 11\r\n\r\n01234567890")
    results.case("long body by chunks", long_body, b"Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n")
    results.end()


main()
