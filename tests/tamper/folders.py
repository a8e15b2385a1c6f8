"""folders -- nine ways to tamper with a data folder, each in several hands.

A way is a function of the dice and the folder; what it gives back says how the result must be judged:
"" by itself, "kept" against the checkpoint that was kept elsewhere before. Three hands: *raw* changes rows
and nothing else; *neat* makes numbers, chains, hashes and frontier agree again, without the key; *key* has
the key and signs. With the key a folder may be consistent in itself; then only what was kept shows it. A
clumsy hand with the key forges beyond what was kept and leaves something that does not agree.

Left out, since nothing of what is recorded changes by it: deleting a checkpoint before the last.
"""
import copy
import os
import shutil

from ledger import Key, canon, leaf_hash, root_of, sha


class NotHere(Exception):
    """This folder has no place for this change; another roll of the dice."""


def _log(dice, folder):
    number = 2 if dice.random() < 0.15 else 1
    return number, folder.logs[number]


def _entry(dice, log, want=lambda e: True, first=1):
    found = [e for e in log.entries[first:] if want(e)]
    if not found:
        raise NotHere
    return dice.choice(found)


def _has_text(e):
    return any(k and row[1] is not None for k, row in e.parts.items())


def _neat(log):
    log.settle()
    log.settle_frontier()


def _sign_all(folder, number):
    """Everything anew, as one with the key would."""
    log, key = folder.logs[number], folder.key(number)
    log.settle()
    log.settle_frontier(key)
    log.sign(key)
    folder.write()
    folder.write_signed(number)


def _other_field(dice, fields):
    name = dice.choice(["actor", "type", "at", "unit", "act"])
    if name == "act":
        fields["act"] += 1
    elif name == "at":
        fields["at"] = fields["at"][:18] + str((int(fields["at"][18]) + 1) % 10) + fields["at"][19:]
    else:
        fields[name] = fields.get(name, "unit:4") + "0"


def _other_doc(dice, entry):
    doc = entry.doc()
    if "erase" in doc:
        doc["basis"] = "none"
    else:
        doc["level" if dice.random() < 0.5 else "more"] = dice.randrange(100, 1000)
    entry.set_doc(doc)


def _other_text(entry):
    part = next(k for k in sorted(entry.parts) if k and entry.parts[k][1] is not None)
    salt, text, _ = entry.parts[part]
    entry.parts[part] = (salt, text + "改".encode(), None)
    return part


def _commit_text(entry, part):
    """Let part 0 say what the text is now."""
    salt, text, _ = entry.parts[part]

    def walk(value):
        if isinstance(value, dict):
            if set(value) == {"p", "sd"} and value["p"] == part:
                value["sd"] = sha(salt, text).hex()
            for member in value.values():
                walk(member)

    doc = entry.doc()
    walk(doc)
    entry.set_doc(doc)


# ---- edit ----------------------------------------------------------------------------------------------

def edit_leaf(dice, folder, _):
    _, log = _log(dice, folder)
    entry = _entry(dice, log)
    fields = entry.fields()
    _other_field(dice, fields)
    entry.set_fields(fields)
    hand = dice.randrange(3)
    if hand == 1:
        entry.hash = leaf_hash(entry.leaf)
    elif hand == 2:
        _neat(log)
    folder.write()
    return ""


def edit_column(dice, folder, _):
    number, log = _log(dice, folder)
    entry = _entry(dice, log)
    column = dice.choice(["act", "at", "oseq", "object", "hash"])
    value = os.urandom(32) if column == "hash" else getattr(entry, column) + 1000 + dice.randrange(9)
    folder.db.execute(f"UPDATE records SET {column} = ? WHERE log = ? AND seq = ?", (value, number, entry.seq))
    return ""


def edit_payload(dice, folder, _):
    _, log = _log(dice, folder)
    entry = _entry(dice, log)
    _other_doc(dice, entry)
    if dice.random() < 0.5:
        _neat(log)
    folder.write()
    return ""


def edit_text(dice, folder, _):
    _, log = _log(dice, folder)
    entry = _entry(dice, log, _has_text)
    part = _other_text(entry)
    if dice.random() < 0.4:
        _commit_text(entry, part)
        _neat(log)
    folder.write()
    return ""


def edit_log(dice, folder, _):
    number, _ = _log(dice, folder)
    column, value = dice.choice([("origin", "other.example/1"), ("given_time", 1), ("vkey", "x+00000000+AAAA")])
    folder.db.execute(f"UPDATE logs SET {column} = ? WHERE id = ?", (value, number))
    return ""


def edit_frontier(dice, folder, _):
    number, log = _log(dice, folder)
    size, hashes = log.frontier
    at = dice.randrange(len(hashes))
    hashes = hashes[:at] + bytes([hashes[at] ^ 1 << dice.randrange(8)]) + hashes[at + 1:]
    folder.db.execute("UPDATE frontier SET size = ?, hashes = ? WHERE log = ?", (size, hashes, number))
    return ""


def edit_checkpoint(dice, folder, _):
    number, log = _log(dice, folder)
    size = dice.choice(sorted(log.checkpoints))
    at, note = log.checkpoints[size]
    if dice.random() < 0.2:
        at += 1
    else:
        lines = note.split("\n")
        which = dice.choice([1, 2, 4])
        lines[which] = lines[which][:-3] + dice.choice("0A") + lines[which][-2:] if which != 1 else str(size + 1)
        note = "\n".join(lines)
    folder.db.execute("UPDATE checkpoints SET at = ?, note = ? WHERE log = ? AND size = ?", (at, note, number, size))
    return ""


def edit_signed_file(dice, folder, _):
    path = folder.file(dice.choice(["real.signed", "drill.signed"]))
    with open(path, "rb") as f:
        text = bytearray(f.read())
    text[dice.randrange(len(text))] ^= 1
    with open(path, "wb") as f:
        f.write(text)
    return ""


def _beyond_kept(dice, folder, kept_size):
    """An entry that what was kept does not reach: there a forger with the key is on his own."""
    log = folder.logs[1]
    found = [e for e in log.entries[kept_size + 1:] if e is not log.entries[-1]]
    if not found:
        raise NotHere
    return log, dice.choice(found)


def edit_clumsy(dice, folder, old):
    """With the key, and something left that does not agree."""
    log, entry = _beyond_kept(dice, folder, old["size"])
    key, slip = folder.key(1), dice.randrange(6)
    fields = entry.fields()
    if slip == 0:
        fields["oprev"] = sha(os.urandom(8)).hex()
    elif slip == 1:
        fields["oseq"] += 1
    elif slip == 2:
        fields["act"] = log.entries[entry.seq - 1].act - 1
    elif slip == 3:
        fields["seq"] += 1
    elif slip == 4:
        fields["log"] = "other.example/1"
    if slip == 5:
        entry.leaf = entry.leaf.replace(b',"at"', b', "at"')
    else:
        entry.set_fields(fields)
    entry.act, entry.oseq = fields["act"], fields["oseq"]
    log.refresh_hashes()
    if slip not in (0, 1):
        _mend_chain(log, entry)
    log.settle_frontier(key)
    log.sign(key)
    folder.write()
    folder.write_signed(1)
    return ""


def _mend_chain(log, entry):
    """The object's later entries follow the changed one again."""
    obj, last = json_obj(entry), entry.hash
    for e in log.entries[log.entries.index(entry) + 1:]:
        if json_obj(e) == obj:
            fields = e.fields()
            fields["oprev"] = last.hex()
            e.set_fields(fields)
            e.hash = last = leaf_hash(e.leaf)


def json_obj(entry):
    return entry.fields()["obj"]


def edit_forgetting_a_checkpoint(dice, folder, old):
    """With the key, but a checkpoint on the way still has the former root."""
    log, entry = _beyond_kept(dice, folder, old["size"])
    between = [s for s in log.checkpoints if entry.seq < s < len(log.entries)]
    if not between:
        raise NotHere
    fields = entry.fields()
    fields["actor"] = "person:6"
    entry.set_fields(fields)
    log.settle()
    log.settle_frontier(folder.key(1))
    log.sign(folder.key(1), {len(log.entries)})
    folder.write()
    folder.write_signed(1)
    return ""


# ---- delete ----------------------------------------------------------------------------------------------

def delete_entry(dice, folder, _):
    number, log = _log(dice, folder)
    entry = _entry(dice, log)
    if entry is log.entries[-1]:
        raise NotHere
    hand = dice.randrange(3)
    if hand < 2:
        folder.db.execute("DELETE FROM records WHERE log = ? AND seq = ?", (number, entry.seq))
        if hand:
            folder.db.execute("DELETE FROM payloads WHERE log = ? AND seq = ?", (number, entry.seq))
    else:
        log.entries.remove(entry)
        _neat(log)
        folder.write()
    return ""


def delete_part(dice, folder, _):
    number, log = _log(dice, folder)
    entry = _entry(dice, log)
    part = dice.choice(sorted(entry.parts))
    folder.db.execute("DELETE FROM payloads WHERE log = ? AND seq = ? AND part = ?", (number, entry.seq, part))
    return ""


def delete_text_as_if_erased(dice, folder, _):
    number, log = _log(dice, folder)
    entry = _entry(dice, log, _has_text)
    part = dice.choice([k for k, row in entry.parts.items() if k and row[1] is not None])
    orders = [e.seq for e in log.entries if e.fields()["type"] == "record.erase"]
    by = dice.choice(orders + [len(log.entries) - 1, 10**6])
    folder.db.execute("UPDATE payloads SET salt = NULL, bytes = NULL, erased = ? WHERE log = ? AND seq = ? AND part = ?",
                      (by, number, entry.seq, part))
    return ""


def delete_the_order(dice, folder, _):
    log = folder.logs[1]
    entry = _entry(dice, log, lambda e: e.fields()["type"] == "record.erase")
    log.entries.remove(entry)
    _neat(log)
    folder.write()
    return ""


def delete_row_of_log(dice, folder, _):
    number, _ = _log(dice, folder)
    table, column = dice.choice([("logs", "id"), ("frontier", "log"), ("checkpoints", "log"), ("records", "log")])
    folder.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))
    return ""


def delete_clumsy(dice, folder, old):
    """With the key; the chain of the object shows it."""
    log, entry = _beyond_kept(dice, folder, old["size"])
    obj = json_obj(entry)
    later = [e for e in log.entries[entry.seq + 1:] if json_obj(e) == obj]
    if not later or "erase" in entry.doc() or any(row[2] is not None for row in entry.parts.values()):
        raise NotHere
    chain = {e.seq: (e.fields()["oseq"], e.fields()["oprev"]) for e in later}
    before = {id(e): e.seq for e in later}
    log.entries.remove(entry)
    log.settle()
    for e in later:
        fields = e.fields()
        fields["oseq"], fields["oprev"] = chain[before[id(e)]]
        e.oseq = fields["oseq"]
        e.set_fields(fields)
        e.hash = leaf_hash(e.leaf)
    log.settle_frontier(folder.key(1))
    log.sign(folder.key(1))
    folder.write()
    folder.write_signed(1)
    return ""


# ---- insert ----------------------------------------------------------------------------------------------

def _copy_of(dice, log):
    entry = copy.deepcopy(_entry(dice, log, lambda e: "erase" not in e.doc() and
                                 all(row[2] is None for row in e.parts.values())))
    fields = entry.fields()
    fields["actor"] = "person:99"
    entry.set_fields(fields)
    entry.seq = -1
    return entry


def insert_at_the_end(dice, folder, _):
    _, log = _log(dice, folder)
    entry = _copy_of(dice, log)
    fields = entry.fields()
    fields["act"] = log.entries[-1].act + 1
    entry.set_fields(fields)
    log.entries.append(entry)
    log.settle()
    if dice.random() < 0.7:
        log.settle_frontier()
    folder.write()
    return ""


def insert_between(dice, folder, _):
    _, log = _log(dice, folder)
    entry, at = _copy_of(dice, log), dice.randrange(1, len(log.entries))
    fields = entry.fields()
    fields["act"] = log.entries[at].act
    entry.set_fields(fields)
    log.entries.insert(at, entry)
    _neat(log)
    folder.write()
    return ""


def insert_part(dice, folder, _):
    number, log = _log(dice, folder)
    seq = dice.choice(log.entries).seq if dice.random() < 0.7 else len(log.entries) + dice.randrange(3)
    folder.db.execute("INSERT INTO payloads VALUES(?, ?, ?, ?, ?, NULL)",
                      (number, seq, dice.randrange(3, 9), os.urandom(16), b"more"))
    return ""


def insert_rows_of_no_log(dice, folder, _):
    table, row = dice.choice([
        ("logs", (3, "x.example", "x", 0)), ("records", (3, 0, 1, 1, 0, 0, b"", b"")),
        ("payloads", (0, 0, 0, None, None, None)), ("frontier", (9, 0, b"")), ("checkpoints", (-1, 1, 1, "x"))])
    folder.db.execute(f"INSERT INTO {table} VALUES({', '.join('?' * len(row))})", row)
    return ""


def insert_an_order_and_erase(dice, folder, _):
    """Neat, without the key: an entry that erases, and the text gone."""
    log = folder.logs[1]
    victim, order = _entry(dice, log, _has_text), copy.deepcopy(log.entries[-1])
    fields = order.fields()
    fields.update(type="record.erase", obj="house:0", act=fields["act"] + 1)
    order.set_fields(fields)
    order.parts = {0: (os.urandom(16), canon({"erase": {"part": 0, "seq": victim.seq}}), None)}
    order.seq = len(log.entries)
    log.entries.append(order)
    for part, row in victim.parts.items():
        if part and row[1] is not None:
            victim.parts[part] = (None, None, order.seq)
    _neat(log)
    folder.write()
    return ""


def insert_what_was_erased(dice, folder, _):
    _, log = _log(dice, folder)
    entry = _entry(dice, log, lambda e: any(row[2] is not None for row in e.parts.values()))
    part = next(k for k, row in entry.parts.items() if row[2] is not None)
    entry.parts[part] = (os.urandom(16), b"it was like this", None)
    folder.write()
    return ""


# ---- reorder ---------------------------------------------------------------------------------------------

def _two(dice, log):
    if len(log.entries) < 4:
        raise NotHere
    return dice.sample(log.entries[1:], 2)


def reorder_rows(dice, folder, _):
    number, log = _log(dice, folder)
    a, b = _two(dice, log)
    with_parts = dice.random() < 0.5
    for table in ["records", "payloads"][:1 + with_parts]:
        for old, new in ((a.seq, -1), (b.seq, a.seq), (-1, b.seq)):
            folder.db.execute(f"UPDATE {table} SET seq = ? WHERE log = ? AND seq = ?", (new, number, old))
    return ""


def reorder_leaves(dice, folder, _):
    _, log = _log(dice, folder)
    a, b = _two(dice, log)
    a.leaf, b.leaf = b.leaf, a.leaf
    if dice.random() < 0.5:
        a.hash, b.hash = b.hash, a.hash
    folder.write()
    return ""


def reorder_neat(dice, folder, _):
    _, log = _log(dice, folder)
    a, b = _two(dice, log)
    i, k = log.entries.index(a), log.entries.index(b)
    log.entries[i], log.entries[k] = b, a
    acts = sorted(e.act for e in log.entries)
    for entry, act in zip(log.entries, acts):
        fields = entry.fields()
        fields["act"] = act
        entry.set_fields(fields)
    _neat(log)
    folder.write()
    return ""


def reorder_clumsy(dice, folder, old):
    """With the key; the acts go down."""
    log, a = _beyond_kept(dice, folder, old["size"])
    k = log.entries.index(a) + 1
    b = log.entries[k]
    if "erase" in a.doc() or "erase" in b.doc():
        raise NotHere
    log.entries[k - 1], log.entries[k] = b, a
    _sign_all(folder, 1)
    return ""


# ---- truncate --------------------------------------------------------------------------------------------

def truncate(dice, folder, _):
    number, log = _log(dice, folder)
    count = min(dice.randrange(1, 20), len(log.entries) - 1)
    hand = dice.randrange(4)
    if hand == 0:
        folder.db.execute("DELETE FROM records WHERE log = ? AND seq >= ?", (number, len(log.entries) - count))
        return ""
    del log.entries[-count:]
    if hand > 1:
        log.settle_frontier()
    if hand > 2:
        log.checkpoints = {s: c for s, c in log.checkpoints.items() if s <= len(log.entries)}
    folder.write()
    return ""


def truncate_to_what_was(dice, folder, old):
    """Without the key: what is left is what the folder was, with what was written then."""
    was = old["folder"]
    for number, log in folder.logs.items():
        former = was.logs[number]
        del log.entries[len(former.entries):]
        log.entries = copy.deepcopy(former.entries)
        log.frontier, log.checkpoints = former.frontier, dict(former.checkpoints)
    folder.write()
    hand = dice.randrange(3)
    for name in ("real.signed", "drill.signed"):
        if hand == 1:
            os.unlink(folder.file(name))
        elif hand == 2:
            shutil.copy(os.path.join(was.path, "keys", name), folder.file(name))
    return "kept" if hand else ""


def truncate_parts(dice, folder, _):
    number, log = _log(dice, folder)
    folder.db.execute("DELETE FROM payloads WHERE log = ? AND seq >= ?",
                      (number, len(log.entries) - dice.randrange(1, len(log.entries))))
    return ""


# ---- fork, rollback --------------------------------------------------------------------------------------

def fork(dice, folder, _):
    """Another history from some entry on, consistent and signed with the key."""
    log, hand = folder.logs[1], dice.randrange(4)
    at = dice.randrange(1, len(log.entries))
    if hand == 0:
        fields = log.entries[at].fields()
        fields["actor"] = "person:77"
        log.entries[at].set_fields(fields)
    elif hand == 1:
        _other_doc(dice, log.entries[at])
    elif hand == 2:
        entry = _copy_of(dice, log)
        fields = entry.fields()
        fields["act"] = log.entries[at].act
        entry.set_fields(fields)
        log.entries.insert(at, entry)
    else:
        entry = log.entries[at]
        if "erase" in entry.doc() or any(row[2] is not None for row in entry.parts.values()):
            raise NotHere
        log.entries.remove(entry)
    _sign_all(folder, 1)
    return "kept"


def fork_and_go_on(dice, folder, _):
    """The same, with more entries than there were."""
    log, at = folder.logs[1], dice.randrange(1, len(folder.logs[1].entries))
    fields = log.entries[at].fields()
    fields["type"] = "incident.dismiss"
    log.entries[at].set_fields(fields)
    for _ in range(dice.randrange(1, 6)):
        entry = _copy_of(dice, log)
        fields = entry.fields()
        fields["act"] = log.entries[-1].act
        entry.set_fields(fields)
        log.entries.append(entry)
    _sign_all(folder, 1)
    return "kept"


def rollback(dice, folder, old):
    hand = dice.randrange(3)
    folder.close()
    if hand == 0:
        shutil.copy(os.path.join(old["path"], "fengsui.db"), folder.path)
        return ""
    shutil.rmtree(folder.path)
    shutil.copytree(old["path"], folder.path)
    if hand == 2:
        for name in ("real.signed", "drill.signed"):
            os.unlink(os.path.join(folder.path, "keys", name))
    return "kept"


def rollback_and_go_on(dice, folder, old):
    """Back to what was, then on with other entries, by who has the key."""
    folder.logs = copy.deepcopy(old["folder"].logs)
    log = folder.logs[1]
    for _ in range(dice.randrange(1, 40)):
        entry = _copy_of(dice, log)
        fields = entry.fields()
        fields["act"] = log.entries[-1].act
        entry.set_fields(fields)
        log.entries.append(entry)
    folder.write_signed(2)
    _sign_all(folder, 1)
    return "kept"


# ---- swapped payload -------------------------------------------------------------------------------------

def swap_parts(dice, folder, _):
    _, log = _log(dice, folder)
    a, b = _two(dice, log)
    part = dice.randrange(3)
    if part not in a.parts or part not in b.parts:
        raise NotHere
    a.parts[part], b.parts[part] = b.parts[part], a.parts[part]
    folder.write()
    return ""


def swap_within(dice, folder, _):
    _, log = _log(dice, folder)
    entry = _entry(dice, log, lambda e: len(e.parts) > 2 and e.parts[1][1] is not None)
    entry.parts[1], entry.parts[2] = entry.parts[2], entry.parts[1]
    folder.write()
    return ""


def swap_salt_or_bytes(dice, folder, _):
    _, log = _log(dice, folder)
    a, b = _two(dice, log)
    part = dice.randrange(2)
    if any(part not in e.parts or e.parts[part][1] is None for e in (a, b)):
        raise NotHere
    (sa, ba, xa), (sb, bb, xb) = a.parts[part], b.parts[part]
    a.parts[part], b.parts[part] = ((sb, ba, xa), (sa, bb, xb)) if dice.random() < 0.5 else ((sa, bb, xa), (sb, ba, xb))
    folder.write()
    return ""


def swap_a_byte_over(dice, folder, _):
    """From the text into the salt: salt and bytes in a row are the same as before."""
    _, log = _log(dice, folder)
    entry = _entry(dice, log, _has_text)
    part = dice.choice([k for k, row in entry.parts.items() if row[1]])
    salt, text, erased = entry.parts[part]
    n = dice.randrange(1, 4)
    entry.parts[part] = (salt + text[:n], text[n:], erased) if dice.random() < 0.5 else (salt[:-n], salt[-n:] + text, erased)
    folder.write()
    return ""


def swap_neat(dice, folder, _):
    _, log = _log(dice, folder)
    a, b = _two(dice, log)
    if "erase" in a.doc() or "erase" in b.doc():
        raise NotHere
    a.parts, b.parts = b.parts, a.parts
    _neat(log)
    folder.write()
    return ""


# ---- another key -----------------------------------------------------------------------------------------

def _take_over(folder):
    folder.keys = [Key(key.name, os.urandom(32)) for key in folder.keys]
    for number, log in folder.logs.items():
        log.vkey = folder.key(number).vkey()
        log.settle_frontier(folder.key(number))
        log.sign(folder.key(number))


def other_key(dice, folder, _):
    """All signed anew by another key, which lies in the place of the old one."""
    if dice.random() < 0.5:
        fields = _entry(dice, folder.logs[1]).fields()
        entry = folder.logs[1].entries[fields["seq"]]
        fields["actor"] = "person:66"
        entry.set_fields(fields)
        folder.logs[1].settle()
    _take_over(folder)
    folder.write()
    folder.write_keys()
    for number in folder.logs:
        folder.write_signed(number)
    return "kept"


def other_key_in_the_store(dice, folder, _):
    """The store alone; the key file and what was signed last are as before."""
    _take_over(folder)
    folder.write()
    return ""


def other_key_for_checkpoints(dice, folder, _):
    number, log = _log(dice, folder)
    stranger = Key(log.origin, os.urandom(32))
    hashes = log.hashes()
    for size in dice.sample(sorted(log.checkpoints), dice.randrange(1, len(log.checkpoints) + 1)):
        log.checkpoints[size] = (log.checkpoints[size][0], stranger.checkpoint(size, root_of(hashes[:size])))
    folder.write()
    return ""


def other_key_named(dice, folder, _):
    number, log = _log(dice, folder)
    vkey = Key(log.origin, os.urandom(32)).vkey()
    folder.db.execute("UPDATE logs SET vkey = ? WHERE id = ?", (vkey, number))
    return ""


WAYS = {
    "edit": [edit_leaf, edit_leaf, edit_column, edit_payload, edit_text, edit_log, edit_frontier, edit_checkpoint,
             edit_signed_file, edit_clumsy, edit_clumsy, edit_forgetting_a_checkpoint],
    "delete": [delete_entry, delete_part, delete_text_as_if_erased, delete_the_order, delete_row_of_log, delete_clumsy],
    "insert": [insert_at_the_end, insert_between, insert_part, insert_rows_of_no_log, insert_an_order_and_erase,
               insert_what_was_erased],
    "reorder": [reorder_rows, reorder_leaves, reorder_neat, reorder_clumsy],
    "truncate": [truncate, truncate, truncate_to_what_was, truncate_parts],
    "fork": [fork, fork_and_go_on],
    "rollback": [rollback, rollback_and_go_on],
    "swapped payload": [swap_parts, swap_within, swap_salt_or_bytes, swap_a_byte_over, swap_neat],
    "other key": [other_key, other_key, other_key_in_the_store, other_key_for_checkpoints, other_key_named],
}
