# SPDX-License-Identifier: Apache-2.0
"""Makes random trees, and lists trees byte for byte; apart from Java, which cannot name every file.

tree.py make SEED FOLDER ENTRIES   fills the folder
tree.py list FOLDER                prints a line for each entry, sorted
"""
import hashlib
import os
import random
import stat
import sys


def listing(top):
    """Walks by changing into folders, for paths may be longer than the kernel takes."""
    first = {}
    lines = []

    def look(name, path):
        s = os.lstat(name)
        kind = stat.S_IFMT(s.st_mode)
        line = [
            path if len(path) < 60 else path[:9] + b"~" + hashlib.sha1(path).hexdigest().encode() + path[-9:],
            b"%o" % s.st_mode,
            b"%d" % s.st_mtime_ns,
            b"%d:%d" % (s.st_uid, s.st_gid),
        ]
        if kind == stat.S_IFLNK:
            line.append(b"-> " + os.readlink(name))
        if kind == stat.S_IFREG:
            line.append(b"%d" % s.st_size)
            digest = hashlib.sha256()
            with open(name, "rb") as f:
                while True:
                    data = f.read(1 << 20)
                    if not data:
                        break
                    digest.update(data)
            line.append(digest.hexdigest().encode())
            if s.st_blocks * 512 < s.st_size - (1 << 20):
                line.append(b"sparse")
            for key in sorted(os.listxattr(name)):
                line.append(key.encode() + b"=" + os.getxattr(name, key))
        if kind != stat.S_IFDIR and s.st_nlink > 1:
            line.append(b"same as " + hashlib.sha1(first.setdefault((s.st_dev, s.st_ino), path)).hexdigest().encode())
        lines.append(line)
        if kind == stat.S_IFDIR:
            here = os.open(b".", os.O_RDONLY)
            os.chdir(name)
            for child in sorted(os.listdir(b".")):
                look(child, path + b"/" + child)
            os.fchdir(here)
            os.close(here)

    os.chdir(top)
    look(b".", b".")
    for line in lines:
        print(b"\t".join(line).decode("latin-1").encode("unicode_escape").decode())


class Maker:
    def __init__(self, seed, entries):
        self.random = random.Random(seed)
        self.left = entries
        self.files = []
        self.after = []

    def name(self):
        kind = self.random.randrange(6)
        if kind == 0:
            return self.bytes(255)
        if kind == 1:
            return self.bytes(self.random.randrange(1, 256))
        if kind == 2:
            return self.random.choice(
                ["\u00fcml\u00e4ut", "\u65e5\u672c", "na\nme", "-rf", "--checkpoint-action=exec=sh x",
                 "a b", "*", "%s", "\\", "\\n", "#x", "...", ".. ", " ", "\u0085", "tab\t", '"', "'"]
            ).encode() + b"%d" % self.random.randrange(5)
        return b"%s%d" % (self.random.choice([b"a", b"a.", b"B", b"file", b"z", b"GNUSparseFile."]),
                          self.random.randrange(1000))

    def bytes(self, n):
        name = bytes(self.random.choice([b for b in range(1, 256) if b != 47]) for _ in range(n))
        return b"x" if name in (b".", b"..") else name

    def mode(self):
        return self.random.choice(
            [0, 0o400, 0o644, 0o755, 0o111, 0o777, 0o4755, 0o2755, 0o1777, 0o6711, 0o200])

    def time(self):
        return self.random.choice(
            [0, 1, 10**9, -1, -10**9 - 1, 1700000000123456789, 1700000000000000000,
             2**31 * 10**9 + 7, self.random.randrange(4 * 10**18)])

    def content(self):
        n = self.random.choice([0, 1, 511, 512, 513, 1024, 10240, self.random.randrange(200000)])
        return self.random.randbytes(n) if self.random.random() < 0.5 else b"A" * n

    def fill(self, here, depth):
        for _ in range(self.random.randrange(1, 8)):
            if self.left <= 0:
                return
            self.left -= 1
            name = self.name()
            if os.path.lexists(name):
                continue
            kind = self.random.randrange(12)
            if kind < 4 and depth < 40:
                os.mkdir(name)
                outside = os.open(b".", os.O_RDONLY)
                os.chdir(name)
                self.fill(here + b"/" + name, depth + 1)
                self.finish(b".")
                os.fchdir(outside)
                os.close(outside)
                continue
            if kind == 4:
                target = self.random.choice(
                    [b"/etc/passwd", b"nowhere", b"../../..", name, b"\xff\n", b"l" * 3000, b"."])
                os.symlink(target, name)
            elif kind == 5 and self.files and len(here) < 2000:
                outside, other = self.random.choice(self.files)
                try:
                    os.link(other, name, src_dir_fd=outside, follow_symlinks=False)
                except OSError:
                    continue
            elif kind == 6:
                with open(name, "wb") as f:
                    f.truncate(self.random.randrange(1 << 24, 1 << 26))
                    for _ in range(self.random.randrange(4)):
                        f.seek(self.random.randrange(1 << 24))
                        f.write(self.content())
            elif kind == 7:
                os.mkfifo(name)
            else:
                with open(name, "wb") as f:
                    f.write(self.content())
                if self.random.random() < 0.2:
                    self.attribute(name)
            if kind != 7 and len(self.files) < 50:
                self.files.append((os.open(b".", os.O_RDONLY), name))
            self.finish(name)

    def attribute(self, name):
        try:
            os.setxattr(name, b"user.a=b", self.bytes(50) + b"\0\n=")
        except OSError:
            pass

    def finish(self, name):
        os.utime(name, ns=(0, self.time()), follow_symlinks=False)
        if not os.path.islink(name):
            os.chmod(name, self.mode())


def make(seed, top, entries):
    os.chdir(top)
    here = os.open(b".", os.O_RDONLY)
    maker = Maker(seed, entries)
    while maker.left > 0:
        maker.fill(b".", 0)
    # Always there: a path far over the 4,096 bytes that a call takes.
    for i in range(30):
        os.mkdir(b"d" * 200)
        os.chdir(b"d" * 200)
    with open("deep", "w") as f:
        f.write("deep")
    os.utime("deep", ns=(5, 6))
    os.fchdir(here)
    os.chmod(b".", 0o2750)
    os.utime(b".", ns=(0, maker.time()))


if sys.argv[1] == "list":
    sys.setrecursionlimit(10000)
    listing(sys.argv[2])
else:
    make(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
