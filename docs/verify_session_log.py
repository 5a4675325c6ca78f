#!/usr/bin/env python3
"""Checks a session log of pgveil without pgveil: Python 3 and the openssl program are enough.

    verify_session_log.py DIRECTORY [VKEY]

VKEY is the log's public key as it was kept elsewhere; without it the one stored with the log is used. Exit code 1: the
log is not what was signed.
"""

import base64
import hashlib
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

    def push(self, leaf):
        self.size += 1
        self.roots.append(leaf)
        joined = self.size
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


def main():
    directory = pathlib.Path(sys.argv[1])
    vkey = sys.argv[2] if len(sys.argv) > 2 else (directory / "sessions.vkey").read_text()
    signed = checkpoints(directory / "sessions.checkpoints", vkey)
    tree, prev = Tree(), bytes(32)
    for line in open(directory / "sessions.jsonl", "rb"):
        line = line.removesuffix(b"\n")
        number = tree.size + 1
        if not line.startswith(b'{"event.sequence":%d,' % number) or not line.endswith(b'"pgveil.prev":"%s"}' % prev.hex().encode()):
            sys.exit(f"record {number}, or the one before it, is wrong")
        prev = sha256(b"\0", line)
        tree.push(prev)
        if signed.get(tree.size, tree.root()) != tree.root():
            sys.exit(f"the first {tree.size} records are not those that were signed")
    if not signed or max(signed) > tree.size:
        sys.exit("the log was cut")
    print(f"{tree.size} records; the first {max(signed)} are those that were signed")


main()
