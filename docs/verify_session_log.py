#!/usr/bin/env python3
"""Checks a session log of pgveil without pgveil: Python 3 and the openssl program are enough.

    verify_session_log.py DIRECTORY [VKEY]

VKEY is the log's public key as it was kept elsewhere; without it the one stored with the log is used. Exit code 1: the
log is not what was signed.
"""

import base64
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """The roots of the largest whole subtrees, left to right (RFC 6962, section 2.1)."""

    def __init__(self):
        self.size, self.roots = 0, []

    def push(self, root, leaves=1):
        """Adds a leaf, or the root of a whole subtree."""
        self.size += leaves
        self.roots.append(root)
        joined = self.size // leaves
        while joined % 2 == 0:
            right, left = self.roots.pop(), self.roots.pop()
            self.roots.append(sha256(b"\1", left, right))
            joined //= 2

    def root(self):
        if not self.roots:
            return sha256()
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = sha256(b"\1", left, root)
        return root


def verified(text, signature, public_key):
    """Ed25519, by openssl."""
    # SubjectPublicKeyInfo (RFC 8410) is these bytes and the key.
    der = bytes.fromhex("302a300506032b6570032100") + public_key
    with tempfile.TemporaryDirectory() as directory:
        names = [pathlib.Path(directory, name) for name in ("key", "text", "signature")]
        for name, content in zip(names, (der, text, signature)):
            name.write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", names[0], "-in", names[1], "-sigfile", names[2]]
        return subprocess.run(command, capture_output=True).returncode == 0


def checkpoints(path, vkey):
    """Sizes and roots that were signed."""
    name, key_id, key = vkey.strip().split("+", 2)
    lines = path.read_text().split("\n")
    found = {}
    # Three lines, a blank one, the signature.
    for at in range(0, len(lines) - 4, 5):
        origin, size, root, blank, signed = lines[at : at + 5]
        mark, signer, signature = signed.split(" ")
        signature = base64.b64decode(signature)
        if (origin, blank, mark, signer) != (name, "", "\u2014", name) or signature[:4].hex() != key_id:
            sys.exit(f"checkpoint {at // 5 + 1} is not of this log")
        text = f"{origin}\n{size}\n{root}\n".encode()
        if not verified(text, signature[4:], base64.b64decode(key)[1:]):
            sys.exit(f"checkpoint {at // 5 + 1} was forged")
        found[int(size)] = base64.b64decode(root)
    return found


def segments(directory):
    """Number of the first record, file of records or None, file of checkpoints; sealed ones first, in order."""
    for path in sorted(directory.glob("sessions-*.checkpoints")):
        records = [path.with_suffix(end) for end in (".jsonl", ".jsonl.gz")]
        yield int(path.stem.split("-")[1]), next((file for file in records if file.exists()), None), path
    yield None, directory / "sessions.jsonl", directory / "sessions.checkpoints"


def main():
    directory = pathlib.Path(sys.argv[1])
    vkey = sys.argv[2] if len(sys.argv) > 2 else (directory / "sessions.vkey").read_text()
    tree, prev, removed, told = Tree(), bytes(32), 0, 0
    for first, records, notes in segments(directory):
        signed = checkpoints(notes, vkey)
        if first not in (None, tree.size + 1):
            sys.exit(f"records {tree.size + 1} to {first - 1} are missing")
        if records is None and tree.size == removed:
            # Removed: what stands for them is the hashes of their subtrees.
            for line in notes.with_suffix(".subtrees").read_text().splitlines():
                level, root = line.split(" ")
                tree.push(bytes.fromhex(root), 1 << int(level))
            prev, removed = None, tree.size
        elif records is None:
            sys.exit(f"the records from {first} on are missing")
        else:
            for line in (gzip.open if records.suffix == ".gz" else open)(records, "rb"):
                line = line.removesuffix(b"\n")
                number = tree.size + 1
                link = b'"}' if prev is None else b'"pgveil.prev":"%s"}' % prev.hex().encode()
                if not line.startswith(b'{"event.sequence":%d,' % number) or not line.endswith(link):
                    sys.exit(f"record {number}, or the one before it, is wrong")
                if b',"event.action":"log_removed",' in line:
                    told = json.loads(line)["pgveil.segment.last"]
                prev = sha256(b"\0", line)
                tree.push(prev)
                if signed.get(tree.size, tree.root()) != tree.root():
                    sys.exit(f"the first {tree.size} records are not those that were signed")
        if not signed or max(signed) > tree.size:
            sys.exit("the log was cut")
        if first is not None and signed.get(tree.size) != tree.root():
            sys.exit(f"the records from {first} to {tree.size} are not those that were signed")
    if told < removed:
        sys.exit(f"the records up to {removed} were removed by somebody else")
    gone = f" ({removed} removed when their time was over)" if removed else ""
    print(f"{tree.size} records{gone}; the first {max(signed)} are those that were signed")


main()
