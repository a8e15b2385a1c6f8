"""bundles -- the same nine ways, done to a bundle.

Three hands again: *raw* changes lines, *neat* makes the manifest's digests agree (its signature then does
not), *key* signs everything anew. A way gives back "" or "kept", as in folders.py, or "beyond".

Left out: a bundle whose manifest is not signed, shortened at the end of an object's chain with the manifest
to match. Nothing in it can show that; verify says of such a manifest that nothing proves it.
"""
import base64
import json
import os

from folders import NotHere
from ledger import Key, canon, inclusion, leaf_hash, root_of, sha

LINES = ("records.jsonl", "payloads.jsonl", "proofs.jsonl")


class Bundle:
    def __init__(self, path, keys):
        self.path, self.key = path, keys[0]
        self.lines = {name: [json.loads(line) for line in open(self.file(name), encoding="utf-8")] for name in LINES}
        with open(self.file("manifest.json"), "rb") as f:
            self.manifest = json.loads(f.read())
        with open(self.file("checkpoint"), encoding="utf-8") as f:
            self.checkpoint = f.read()
        self.whole = self.manifest["entries"] == self.manifest["size"]

    def file(self, name):
        return os.path.join(self.path, name)

    def put(self, name, data):
        with open(self.file(name), "wb") as f:
            f.write(data)

    def write(self, neat):
        for name in LINES:
            self.put(name, b"".join(canon(line) + b"\n" for line in self.lines[name]))
        self.put("checkpoint", self.checkpoint.encode())
        if neat:
            self.settle_manifest()

    def settle_manifest(self):
        files = []
        for said in self.manifest["files"]:
            if os.path.exists(self.file(said["name"])):
                with open(self.file(said["name"]), "rb") as f:
                    data = f.read()
                files.append({"name": said["name"], "sha256": sha(data).hex(), "size": len(data)})
        self.manifest["files"] = files
        self.manifest["entries"] = len(self.lines["records.jsonl"])
        self.put("manifest.json", canon(self.manifest))

    def sign(self, key):
        """Whole bundles only: chains, proofs, checkpoint and manifest anew."""
        records, chain = self.lines["records.jsonl"], {}
        payloads = {}
        for line in self.lines["payloads.jsonl"]:
            payloads.setdefault(line["seq"], []).append(line)
        for line in records:
            fields = json.loads(line["leaf"])
            first = payloads[line["seq"]][0]
            text = first["bytes"].encode()
            fields["pay"] = {"len": len(text), "sha256": sha(bytes.fromhex(first["salt"]), text).hex()}
            fields["oseq"], fields["oprev"] = chain.get(fields["obj"], (0, "0" * 64))
            line["leaf"] = canon(fields).decode()
            chain[fields["obj"]] = (fields["oseq"] + 1, leaf_hash(line["leaf"].encode()).hex())
        hashes = [leaf_hash(line["leaf"].encode()) for line in records]
        self.lines["proofs.jsonl"] = [{"proof": [h.hex() for h in inclusion(hashes, i)], "seq": i}
                                      for i in range(len(hashes))]
        self.checkpoint = key.checkpoint(len(hashes), root_of(hashes))
        self.manifest["size"] = len(hashes)
        self.put("vkey", key.vkey().encode() + b"\n")
        self.write(True)
        self.sign_manifest(key)

    def sign_manifest(self, key):
        data = canon(self.manifest)
        self.put("manifest.json", data)
        self.put("manifest.sig", key.note(f"fengsui-manifest/1\n{key.name}\n{sha(data).hex()}\n").encode())


def _neat(dice):
    return dice.random() < 0.7


def _leaf(dice, bundle, change):
    line = dice.choice(bundle.lines["records.jsonl"][1:])
    fields = json.loads(line["leaf"])
    change(fields)
    line["leaf"] = canon(fields).decode()
    return line


def _part(dice, bundle, want):
    found = [line for line in bundle.lines["payloads.jsonl"] if want(line)]
    if not found:
        raise NotHere
    return dice.choice(found)


def _is_text(line):
    return line["part"] > 0 and "bytes" in line


# ---- edit ------------------------------------------------------------------------------------------------

def edit_leaf(dice, bundle):
    name, value = dice.choice([("actor", "person:9"), ("type", "incident.close"), ("act", 9000), ("oseq", 77),
                               ("log", "other.example/1"), ("seq", 3), ("oprev", "1" * 64), ("v", 2)])
    _leaf(dice, bundle, lambda fields: fields.update({name: value}))
    bundle.write(_neat(dice))
    return ""


def edit_part(dice, bundle):
    line = _part(dice, bundle, lambda p: "bytes" in p)
    what = dice.randrange(3)
    if what == 0:
        line["bytes"] += " "
    elif what == 1:
        line["salt"] = os.urandom(16).hex()
    else:
        line["bytes"] = '{"level":4}'
    bundle.write(_neat(dice))
    return ""


def edit_bytes(dice, bundle):
    """One bit anywhere in a file, and the digests made to agree with it."""
    name = dice.choice(["records.jsonl", "payloads.jsonl", "proofs.jsonl", "checkpoint", "vkey", "index.en.html",
                        "manifest.json", "manifest.sig"])
    with open(bundle.file(name), "rb") as f:
        data = bytearray(f.read())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    bundle.put(name, data)
    if dice.random() < 0.5 and not name.startswith("manifest"):
        bundle.settle_manifest()
    return ""


def edit_manifest(dice, bundle):
    manifest, what = bundle.manifest, dice.randrange(7)
    if what == 0:
        manifest["given_time"] = True
    elif what == 1:
        manifest["entries"] += 1
    elif what == 2:
        manifest["size"] += 1
    elif what == 3:
        manifest["origin"] = "other.example"
    elif what == 4:
        manifest["objects"].append({"entries": 1, "obj": "zone:999"})
    elif what == 5:
        manifest["files"].reverse()
    else:
        manifest["more"] = 1
    bundle.put("manifest.json", canon(manifest))
    return ""


def edit_claims(dice, bundle):
    """The manifest, signed with the key, claims more of an object than there is."""
    objects = bundle.manifest["objects"]
    if not objects:
        raise NotHere
    if dice.random() < 0.5:
        dice.choice(objects)["entries"] += 1
    else:
        objects.append({"entries": 1, "obj": "zone:999"})
    bundle.sign_manifest(bundle.key)
    return ""


# ---- delete, insert, reorder, truncate ---------------------------------------------------------------------

def delete_line(dice, bundle):
    name = dice.choice(LINES)
    lines = bundle.lines[name]
    del lines[dice.randrange(len(lines) - (name == "records.jsonl"))]
    bundle.write(_neat(dice))
    return ""


def delete_file(dice, bundle):
    os.unlink(bundle.file(dice.choice(["checkpoint", "vkey", "records.jsonl", "payloads.jsonl", "proofs.jsonl"])))
    if dice.random() < 0.5:
        bundle.settle_manifest()
    return ""


def delete_text(dice, bundle):
    line = _part(dice, bundle, _is_text)
    at = bundle.lines["payloads.jsonl"].index(line)
    bundle.lines["payloads.jsonl"][at] = {"erased": dice.randrange(60), "part": line["part"], "seq": line["seq"]}
    bundle.write(_neat(dice))
    return ""


def delete_the_end_of_an_object(dice, bundle):
    """The last entry of an object, with everything of it; the manifest is signed with the key, and still counts it."""
    if not bundle.manifest["objects"]:
        raise NotHere
    obj = dice.choice(bundle.manifest["objects"])["obj"]
    seq = [line["seq"] for line in bundle.lines["records.jsonl"] if json.loads(line["leaf"])["obj"] == obj][-1]
    for name in LINES:
        bundle.lines[name] = [line for line in bundle.lines[name] if line["seq"] != seq]
    bundle.write(True)
    bundle.sign_manifest(bundle.key)
    return ""


def insert_line(dice, bundle):
    name = dice.choice(LINES)
    lines = bundle.lines[name]
    at = dice.randrange(len(lines))
    line = dict(lines[at])
    if dice.random() < 0.5:
        line["seq"] += dice.randrange(1, 100)
    lines.insert(at + 1, line)
    bundle.write(_neat(dice))
    return ""


def insert_file(dice, bundle):
    name = "evidence/" + sha(os.urandom(8)).hex() if dice.random() < 0.5 else "more.txt"
    bundle.put(name, b"more")
    if dice.random() < 0.5:
        bundle.manifest["files"] = sorted(bundle.manifest["files"] + [{"name": name, "sha256": "", "size": 0}],
                                          key=lambda f: f["name"])
        bundle.settle_manifest()
    return ""


def reorder_lines(dice, bundle):
    name = dice.choice(LINES)
    lines = bundle.lines[name]
    a, b = dice.sample(range(len(lines)), 2)
    if dice.random() < 0.5:
        lines[a], lines[b] = lines[b], lines[a]
    else:
        lines[a]["seq"], lines[b]["seq"] = lines[b]["seq"], lines[a]["seq"]
    bundle.write(_neat(dice))
    return ""


def reorder_leaves(dice, bundle):
    lines = bundle.lines["records.jsonl"]
    a, b = dice.sample(range(len(lines)), 2)
    lines[a]["leaf"], lines[b]["leaf"] = lines[b]["leaf"], lines[a]["leaf"]
    bundle.write(_neat(dice))
    return ""


def truncate_lines(dice, bundle):
    seq = bundle.lines["records.jsonl"][-dice.randrange(1, min(10, len(bundle.lines["records.jsonl"])))]["seq"]
    for name in LINES if dice.random() < 0.7 else [dice.choice(LINES)]:
        bundle.lines[name] = [line for line in bundle.lines[name] if line["seq"] < seq]
    bundle.write(_neat(dice))
    return ""


def truncate_file(dice, bundle):
    name = dice.choice(LINES + ("checkpoint", "vkey"))
    with open(bundle.file(name), "rb") as f:
        data = f.read()
    bundle.put(name, data[:dice.randrange(len(data))])
    if dice.random() < 0.5:
        bundle.settle_manifest()
    return ""


# ---- fork, rollback, swap, other key -----------------------------------------------------------------------

def fork(dice, bundle):
    if not bundle.whole:
        raise NotHere
    _leaf(dice, bundle, lambda fields: fields.update(actor="person:77"))
    bundle.sign(bundle.key)
    return "kept"


def fork_part(dice, bundle):
    """A case with another checkpoint of the same size, signed with the key."""
    lines = bundle.checkpoint.split("\n")
    bundle.checkpoint = bundle.key.checkpoint(int(lines[1]), os.urandom(32))
    bundle.write(True)
    return "kept"


def rollback(dice, bundle):
    """What the whole log was some entries ago, signed anew: it may be an honest bundle of that day,
    so verify says that the checkpoint given goes beyond it, and no more."""
    if not bundle.whole:
        raise NotHere
    count = dice.randrange(10, len(bundle.lines["records.jsonl"]) - 1)
    for name in LINES:
        bundle.lines[name] = [line for line in bundle.lines[name] if line["seq"] < count]
    for line in bundle.lines["payloads.jsonl"]:
        if line.get("erased", 0) >= count:
            del line["erased"]
            line["withheld"] = True
    bundle.sign(bundle.key)
    return "beyond"


def swap_parts(dice, bundle):
    a, b = _part(dice, bundle, lambda p: "bytes" in p), _part(dice, bundle, lambda p: "bytes" in p)
    if a is b or a["part"] != b["part"]:
        raise NotHere
    for name in dice.choice([["salt"], ["bytes"], ["salt", "bytes"]]):
        a[name], b[name] = b[name], a[name]
    bundle.write(_neat(dice))
    return ""


def swap_proofs(dice, bundle):
    a, b = dice.sample(bundle.lines["proofs.jsonl"], 2)
    a["proof"], b["proof"] = b["proof"], a["proof"]
    bundle.write(_neat(dice))
    if dice.random() < 0.5:
        bundle.settle_manifest()
        bundle.sign_manifest(bundle.key)
    return ""


def other_key(dice, bundle):
    if not bundle.whole:
        raise NotHere
    bundle.sign(Key(bundle.key.name, os.urandom(32)))
    return "kept"


def other_key_somewhere(dice, bundle):
    stranger, what = Key(bundle.key.name, os.urandom(32)), dice.randrange(3)
    if what == 0:
        bundle.put("vkey", stranger.vkey().encode() + b"\n")
    elif what == 1:
        lines = bundle.checkpoint.split("\n")
        bundle.checkpoint = stranger.checkpoint(int(lines[1]), base64.b64decode(lines[2]))
    bundle.write(True)
    if what == 2:
        bundle.sign_manifest(stranger)
    return ""


WAYS = {
    "edit": [edit_leaf, edit_part, edit_bytes, edit_bytes, edit_manifest, edit_claims],
    "delete": [delete_line, delete_line, delete_file, delete_text, delete_the_end_of_an_object],
    "insert": [insert_line, insert_line, insert_file],
    "reorder": [reorder_lines, reorder_leaves],
    "truncate": [truncate_lines, truncate_file],
    "fork": [fork, fork, fork_part],
    "rollback": [rollback],
    "swapped payload": [swap_parts, swap_parts, swap_proofs],
    "other key": [other_key, other_key_somewhere],
}
