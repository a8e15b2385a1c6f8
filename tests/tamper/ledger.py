"""ledger -- the format of the record as far as a forger needs it.

Written from src/record/FORMAT.md and sharing no code with either verifier. It reads a data folder into
plain values, puts them back, and can make everything agree again: numbers, chains, hashes, frontier,
signatures. What it cannot do without the key is what the record stands on.
"""
import base64
import hashlib
import hmac
import json
import os
import re
import sqlite3


def sha(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def canon(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# ---- Ed25519 (RFC 8032), signing only --------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _base():
    y = 4 * pow(5, P - 2, P) % P
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x % 2 else x
    return x, y, 1, x * y % P


DOUBLES = [_base()]
while len(DOUBLES) < 256:
    DOUBLES.append(_add(DOUBLES[-1], DOUBLES[-1]))


def _times_base(n):
    point = (0, 1, 1, 0)
    for double in DOUBLES:
        if n & 1:
            point = _add(point, double)
        n >>= 1
    z = pow(point[2], P - 2, P)
    x, y = point[0] * z % P, point[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Key:
    """A signing key with a name; see FORMAT.md 6."""

    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        digest = hashlib.sha512(seed).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.prefix = digest[32:]
        self.public = _times_base(self.scalar)
        self.hash = sha(name.encode() + b"\n\x01" + self.public)[:4]

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ORDER
        point = _times_base(r)
        k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % ORDER
        return point + ((r + k * self.scalar) % ORDER).to_bytes(32, "little")

    def vkey(self):
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(b'%c' % 1 + self.public).decode()}"

    def private(self):
        return f"PRIVATE+KEY+{self.name}+{self.hash.hex()}+{base64.b64encode(b'%c' % 1 + self.seed).decode()}\n"

    def note(self, text):
        return f"{text}\n\u2014 {self.name} {base64.b64encode(self.hash + self.sign(text.encode())).decode()}\n"

    def checkpoint(self, size, root):
        return self.note(f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n")


def read_keys(path):
    keys = []
    for line in open(path, encoding="utf-8"):
        name, _, typed = re.fullmatch(r"PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.*)\n", line).groups()
        keys.append(Key(name, base64.b64decode(typed)[1:]))
    return keys


# ---- tree ------------------------------------------------------------------------------------------

def leaf_hash(leaf):
    return sha(b"\0", leaf)


def peaks_of(hashes):
    """The roots of the full subtrees, widest first."""
    peaks = []
    for i, h in enumerate(hashes):
        while i & 1:
            h = sha(b"\1", peaks.pop(), h)
            i >>= 1
        peaks.append(h)
    return peaks


def root_of(hashes):
    peaks = peaks_of(hashes)
    if not peaks:
        return sha()
    root = peaks.pop()
    while peaks:
        root = sha(b"\1", peaks.pop(), root)
    return root


def inclusion(hashes, seq):
    """RFC 6962 2.1.1, as it is written there."""
    n = len(hashes)
    if n == 1:
        return []
    k = 1 << (n - 1).bit_length() - 1
    if seq < k:
        return inclusion(hashes[:k], seq) + [root_of(hashes[k:])]
    return inclusion(hashes[k:], seq - k) + [root_of(hashes[:k])]


# ---- a log in memory ---------------------------------------------------------------------------------

class Entry:
    """An entry with its parts: {part: (salt, bytes, erased)}."""

    def __init__(self, row, parts):
        self.seq, self.act, self.object, self.oseq, self.at, self.hash, self.leaf = row
        self.parts = parts

    def fields(self):
        return json.loads(self.leaf)

    def set_fields(self, fields):
        self.leaf = canon(fields)

    def doc(self):
        return json.loads(self.parts[0][1])

    def set_doc(self, doc):
        self.parts[0] = (self.parts[0][0], canon(doc), None)


class Log:
    def __init__(self, origin, vkey, given_time):
        self.origin, self.vkey, self.given_time = origin, vkey, given_time
        self.entries, self.strays, self.checkpoints = [], [], {}
        self.frontier = None

    def hashes(self):
        return [leaf_hash(e.leaf) for e in self.entries]

    def refresh_hashes(self):
        for e in self.entries:
            e.hash = leaf_hash(e.leaf)

    def settle(self):
        """Make leaves, chains, commitments and columns agree, in the order that they stand."""
        moved = {e.seq: i for i, e in enumerate(self.entries)}
        chain = {}
        for seq, e in enumerate(self.entries):
            e.parts = {k: (s, b, moved.get(x, x) if x is not None else None) for k, (s, b, x) in e.parts.items()}
            fields, doc = e.fields(), e.doc()
            if "erase" in doc:
                doc["erase"]["seq"] = moved.get(doc["erase"]["seq"], doc["erase"]["seq"])
                e.set_doc(doc)
            salt, text, _ = e.parts[0]
            fields["pay"] = {"len": len(text), "sha256": sha(salt, text).hex()}
            oseq, oprev = chain.get(fields["obj"], (0, "0" * 64))
            fields.update(seq=seq, oseq=oseq, oprev=oprev, log=self.origin)
            e.set_fields(fields)
            e.seq, e.act, e.oseq = seq, fields["act"], oseq
            e.object = int(fields["obj"].split(":")[1])
            e.hash = leaf_hash(e.leaf)
            chain[fields["obj"]] = (oseq + 1, e.hash.hex())

    def settle_frontier(self, key=None):
        """The peaks are anybody's to make; the code behind them wants the key."""
        peaks, size = b"".join(peaks_of(self.hashes())), len(self.entries)
        code = self.frontier[1][-32:]
        if key:
            secret = sha(b"fengsui-frontier/1\n", key.seed)
            code = hmac.new(secret, f"{self.origin}\n{size}\n".encode() + peaks, "sha256").digest()
        self.frontier = (size, peaks + code)

    def sign(self, key, sizes=None):
        """Sign anew every checkpoint there was, as far as there are entries, and the end."""
        hashes = self.hashes()
        for size in sizes or {s for s in self.checkpoints if s < len(hashes)} | {len(hashes)}:
            self.checkpoints[size] = (self.entries[size - 1].at, key.checkpoint(size, root_of(hashes[:size])))
        self.checkpoints = {s: c for s, c in self.checkpoints.items() if s <= len(hashes)}

    def signed_file(self, key):
        hashes = self.hashes()
        return key.checkpoint(len(hashes), root_of(hashes)) + "\n" + "".join(p.hex() + "\n" for p in peaks_of(hashes))


class Folder:
    """A data folder as values: two logs, and the files beside the key."""

    def __init__(self, path):
        self.path = path
        self.db = sqlite3.connect(os.path.join(path, "fengsui.db"), isolation_level=None)
        self.db.execute("PRAGMA synchronous=OFF")
        # Who can write the file is not bound by its indexes.
        self.db.execute("DROP INDEX IF EXISTS records_object")
        self.logs = {}
        for number, *row in self.db.execute("SELECT id, origin, vkey, given_time FROM logs"):
            self.logs[number] = self._read(number, Log(*row))
        self.keys = read_keys(self.file("record.key"))

    def _read(self, number, log):
        parts = {}
        for seq, part, *rest in self.db.execute("SELECT seq, part, salt, bytes, erased FROM payloads WHERE log = ?",
                                                (number,)):
            parts.setdefault(seq, {})[part] = tuple(rest)
        for row in self.db.execute("SELECT seq, act, object, oseq, at, hash, leaf FROM records WHERE log = ?"
                                   " ORDER BY seq", (number,)):
            log.entries.append(Entry(row, parts.get(row[0], {})))
        log.frontier = self.db.execute("SELECT size, hashes FROM frontier WHERE log = ?", (number,)).fetchone()
        log.checkpoints = {s: (at, note) for s, at, note in
                           self.db.execute("SELECT size, at, note FROM checkpoints WHERE log = ?", (number,))}
        return log

    def file(self, name):
        return os.path.join(self.path, "keys", name)

    def key(self, number):
        return self.keys[number - 1]

    def write(self):
        """Put the logs into the store as they are now."""
        db = self.db
        db.execute("BEGIN")
        for table in ("logs", "records", "payloads", "frontier", "checkpoints"):
            db.execute(f"DELETE FROM {table}")
        for number, log in self.logs.items():
            db.execute("INSERT INTO logs VALUES(?, ?, ?, ?)", (number, log.origin, log.vkey, log.given_time))
            db.execute("INSERT INTO frontier VALUES(?, ?, ?)", (number, *log.frontier))
            for e in log.entries:
                db.execute("INSERT INTO records VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                           (number, e.seq, e.act, e.object, e.oseq, e.at, e.hash, e.leaf))
                for part, row in e.parts.items():
                    db.execute("INSERT INTO payloads VALUES(?, ?, ?, ?, ?, ?)", (number, e.seq, part, *row))
            for size, (at, note) in log.checkpoints.items():
                db.execute("INSERT INTO checkpoints VALUES(?, ?, ?, ?)", (number, size, at, note))
        db.execute("COMMIT")

    def write_signed(self, number):
        with open(self.file("real.signed" if number == 1 else "drill.signed"), "w", encoding="utf-8") as f:
            f.write(self.logs[number].signed_file(self.key(number)))

    def write_keys(self):
        with open(self.file("record.key"), "w", encoding="utf-8") as f:
            f.writelines(key.private() for key in self.keys)

    def close(self):
        self.db.close()


def digest_of_folder(path):
    """What a folder says, whichever way it is laid out: to tell changes from none."""
    db = sqlite3.connect(os.path.join(path, "fengsui.db"))
    digest = hashlib.sha256()
    for table in ("logs", "records", "payloads", "frontier", "checkpoints"):
        for row in sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr):
            digest.update(repr(row).encode())
    db.close()
    for name in sorted(os.listdir(os.path.join(path, "keys"))):
        with open(os.path.join(path, "keys", name), "rb") as f:
            digest.update(name.encode() + f.read())
    return digest.digest()
