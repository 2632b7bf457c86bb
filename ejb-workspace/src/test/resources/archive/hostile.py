# SPDX-License-Identifier: Apache-2.0
"""Builds archives that no tar of ours would write: hostile.py FOLDER"""
import os
import sys


def octal(value, length):
    return b"%0*o\0" % (length - 1, value)


def header(name, type=b"0", size=0, mode=0o644, link=b"", uid=0, gid=0, uname=b"", magic=b"ustar\x0000",
           raw_size=None, device=(0, 0), good=True, prefix=b""):
    b = (name.ljust(100, b"\0") + octal(mode, 8) + octal(uid, 8) + octal(gid, 8)
         + (raw_size or octal(size, 12)) + octal(1, 12) + b" " * 8 + type + link.ljust(100, b"\0")
         + magic + uname.ljust(32, b"\0") + b"\0" * 32 + octal(device[0], 8) + octal(device[1], 8)
         + prefix.ljust(155, b"\0") + b"\0" * 12)
    assert len(b) == 512
    return b[:148] + b"%06o\0 " % (sum(b) + (0 if good else 1)) + b[156:]


def padded(data):
    return data + b"\0" * (-len(data) % 512)


def pax(*records, type=b"x"):
    data = b""
    for record in records:
        key, value = record
        rest = len(key) + len(value) + 3
        length = rest + len(b"%d" % (rest + len(b"%d" % rest)))
        data += b"%d %s=%s\n" % (length, key, value)
    return header(b"pax", type, len(data)) + padded(data)


def file(name, data=b"evil", **more):
    return header(name, size=len(data), **more) + padded(data)


def sparse(size, realsize, map, data=b"", name=b"./s"):
    whole = padded(map) + data
    return (pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", name),
                (b"GNU.sparse.realsize", b"%d" % realsize))
            + header(b"./GNUSparseFile.1/s", size=size or len(whole)) + padded(whole))


ROOT = header(b"./", b"5", mode=0o755)
END = b"\0" * 1024
DIR = header(b"./d/", b"5", mode=0o755)
OUT = b"/tmp/escaped-archive-%d" % os.getpid()

CASES = {
    # The control: this one is fine.
    "fine": ROOT + file(b"./a") + DIR + file(b"./d/b") + header(b"./l", b"2", link=b"/etc/passwd"),
    "dot-dot": ROOT + file(b"./.." + OUT[4:]),
    "dot-dot-within": ROOT + DIR + file(b"./d/../.." + OUT[4:]),
    "absolute": ROOT + file(OUT),
    "absolute-pax": ROOT + pax((b"path", OUT)) + file(b"./a"),
    "dot-dot-pax": ROOT + pax((b"path", b"./.." + OUT[4:])) + file(b"./a"),
    "path-twice": ROOT + pax((b"path", b"./a"), (b"path", OUT)) + file(b"./a"),
    "prefix": ROOT + file(OUT[5:], prefix=b"/tmp"),
    "through-link": ROOT + header(b"./a", b"2", link=b"/tmp") + file(b"./a" + OUT[4:]),
    "through-link-up": ROOT + header(b"./a", b"2", link=b"..") + file(b"./a" + OUT[4:]),
    "link-then-folder": ROOT + header(b"./a", b"2", link=b"/tmp") + header(b"./a/", b"5") + file(b"./a" + OUT[4:]),
    "link-then-file": ROOT + header(b"./a", b"2", link=OUT) + file(b"./a"),
    "hard-link-out": ROOT + header(b"./a", b"1", link=b"/etc/passwd"),
    "hard-link-up": ROOT + header(b"./a", b"1", link=b"./../../x"),
    "hard-link-pax": ROOT + pax((b"linkpath", b"/etc/passwd")) + header(b"./a", b"1", link=b"./0"),
    "hard-link-later": ROOT + header(b"./a", b"1", link=b"./b") + file(b"./b"),
    "hard-link-itself": ROOT + header(b"./a", b"1", link=b"./a"),
    "hard-link-content": ROOT + file(b"./a") + file(b"./b", type=b"1", link=b"./a"),
    "character-device": ROOT + header(b"./a", b"3", device=(1, 3)),
    "block-device": ROOT + header(b"./a", b"4", device=(8, 0)),
    "contiguous": ROOT + file(b"./a", type=b"7"),
    "old-file": ROOT + file(b"./a", type=b"\0"),
    "folder-named-file": ROOT + header(b"./a", b"5"),
    "file-named-folder": ROOT + file(b"./a/"),
    "file-named-folder-pax": ROOT + pax((b"path", b"./a/")) + file(b"./a"),
    "gnu-long-name": ROOT + header(b"././@LongLink", b"L", 1 << 22) + b"a" * (1 << 22) + file(b"./a"),
    "gnu-volume": ROOT + header(b"./a", b"V"),
    "gnu-dump": ROOT + header(b"./a", b"D"),
    "gnu-multi": ROOT + header(b"./a", b"M"),
    "gnu-sparse": ROOT + file(b"./a", type=b"S"),
    "global": pax((b"path", b"/tmp/x"), type=b"g") + ROOT,
    "solaris": ROOT + pax((b"path", b"./x"), type=b"X") + file(b"./a"),
    "owner": ROOT + file(b"./a", uid=1000),
    "owner-name": ROOT + file(b"./a", uname=b"root"),
    "owner-pax": ROOT + pax((b"uid", b"1000")) + file(b"./a"),
    "acl": ROOT + pax((b"SCHILY.acl.access", b"user::rwx")) + file(b"./a"),
    "capability": ROOT + pax((b"SCHILY.xattr.security.capability", b"x")) + file(b"./a"),
    "trusted": ROOT + pax((b"SCHILY.xattr.trusted.overlay", b"x")) + file(b"./a"),
    "selinux": ROOT + pax((b"RHT.security.selinux", b"x")) + file(b"./a"),
    "garbage-size": ROOT + pax((b"size", b"1e3")) + file(b"./a"),
    "negative-size": ROOT + pax((b"size", b"-1")) + file(b"./a"),
    "huge-size": ROOT + pax((b"size", b"9" * 30)) + file(b"./a"),
    "other-size": ROOT + pax((b"size", b"600")) + file(b"./a"),
    "garbage-time": ROOT + pax((b"mtime", b"nan")) + file(b"./a"),
    "record-length": ROOT + header(b"pax", b"x", 10) + padded(b"99 path=x\n") + file(b"./a"),
    "record-zero": ROOT + header(b"pax", b"x", 10) + padded(b"0 path=xx\n") + file(b"./a"),
    "record-unended": ROOT + header(b"pax", b"x", 10) + padded(b"10 path=xx") + file(b"./a"),
    "record-no-value": ROOT + header(b"pax", b"x", 10) + padded(b"10 pathxx\n") + file(b"./a"),
    "records-none": ROOT + header(b"pax", b"x", 0) + file(b"./a"),
    "records-huge": ROOT + header(b"pax", b"x", 1 << 30) + padded(b"a" * 100000),
    "records-twice": ROOT + pax((b"path", b"./a")) + pax((b"path", b"./b")) + file(b"./a"),
    "records-last": ROOT + pax((b"path", b"./a")),
    "nul-in-path": ROOT + pax((b"path", b"./a\0b")) + file(b"./a"),
    "nul-in-link": ROOT + pax((b"linkpath", b"a\0b")) + header(b"./a", b"2"),
    "empty-link": ROOT + header(b"./a", b"2"),
    "base-256": ROOT + file(b"./a", raw_size=b"\x80" + b"\0" * 10 + b"\x04"),
    "spaces": ROOT + file(b"./a", raw_size=b"         4 \0"),
    "checksum": ROOT + file(b"./a", good=False),
    "gnu-magic": ROOT + file(b"./a", magic=b"ustar  \0"),
    "v7": ROOT + file(b"./a", magic=b"\0" * 8),
    "mode": ROOT + file(b"./a", mode=0o100644),
    "twice": ROOT + file(b"./a") + file(b"./a"),
    "backwards": ROOT + file(b"./b") + file(b"./a"),
    "orphan": ROOT + file(b"./d/a"),
    "below-file": ROOT + file(b"./a") + file(b"./a/b"),
    "no-root": file(b"./a"),
    "root-twice": ROOT + ROOT,
    "root-file": file(b"./"),
    "nothing": b"",
    "dot": ROOT + file(b"./."),
    "dot-folder": ROOT + header(b"././", b"5"),
    "double-slash": ROOT + DIR + file(b"./d//a"),
    "bare": ROOT + file(b"a"),
    "padding": ROOT + header(b"./a", size=4) + b"evil" + b"x" * 508,
    "content-cut": ROOT + header(b"./a", size=4096) + b"x" * 512,
    "folder-content": ROOT + header(b"./d/", b"5", 512) + b"x" * 512,
    "fifo-content": ROOT + header(b"./f", b"6", 512) + b"x" * 512,
    "long-part": ROOT + pax((b"path", b"./" + b"a" * 256)) + file(b"./a"),
    "sparse-map-lies": ROOT + sparse(0, 1 << 50, b"1\n0\n512\n", b"x" * 1024),
    "sparse-no-map": ROOT + sparse(0, 100, b"", b""),
    "sparse-count": ROOT + sparse(0, 100, b"99999999999999\n", b""),
    "sparse-overlap": ROOT + sparse(0, 4096, b"2\n0\n512\n100\n512\n", b"x" * 1024),
    "sparse-beyond": ROOT + sparse(0, 100, b"1\n0\n512\n", b"x" * 512),
    "sparse-negative": ROOT + sparse(0, 4096, b"1\n-1\n512\n", b"x" * 512),
    "sparse-name": ROOT + sparse(0, 512, b"1\n0\n512\n", b"x" * 512, OUT),
    "sparse-version": ROOT + pax((b"GNU.sparse.major", b"0"), (b"GNU.sparse.minor", b"1"), (b"GNU.sparse.map", b"0,1")) + file(b"./a"),
    "sparse-folder": ROOT + pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"./d/"), (b"GNU.sparse.realsize", b"0")) + DIR,
    "concatenated": ROOT + file(b"./a") + b"\0" * (65536 - 512 - 1024) + ROOT + file(b"./b"),
    "one-zero-block": ROOT + b"\0" * 512 + file(b"./b"),
}

for case, entries in CASES.items():
    whole = entries + END
    with open(os.path.join(sys.argv[1], case), "wb") as f:
        f.write(whole + b"\0" * (-len(whole) % 65536))
