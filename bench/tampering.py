"""A bundle tampered with, a thousand times at random: each time it must be found, and the part named in which it was done."""

from __future__ import annotations

import random
import shutil
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from zhizao.node.assemble import open_node
from zhizao.node.bundle import archive
from zhizao.node.bundle.archive import BLOCK, END, MANIFEST, SIGNATURE
from zhizao.node.bundle.make import Wanted, bundle
from zhizao.node.bundle.recompute import verify
from zhizao.store.seal import sign

AT = datetime(2026, 11, 24, tzinfo=UTC)
SEED = 20261124


@dataclass(frozen=True)
class Tampered:
    """A file that is no longer the bundle it was, and the parts one of which must be named."""

    content: bytes
    parts: frozenset[str]


@dataclass(frozen=True)
class Whole:
    """A bundle, and where each of its parts begins, heads and padding included."""

    content: bytes
    spans: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, file: Path) -> Whole:
        """Read a bundle."""
        with tarfile.open(file) as tar:
            spans = {m.name: (m.offset, m.offset_data + -(-m.size // BLOCK) * BLOCK) for m in tar}
        content = file.read_bytes()
        return cls(content, spans | {"end": (len(content) - len(END), len(content))})

    def part_at(self, place: int) -> str:
        """The part a byte is of."""
        return next(name for name, (start, end) in self.spans.items() if start <= place < end)

    def piece(self, name: str) -> bytes:
        """A part with its head and its padding."""
        start, end = self.spans[name]
        return self.content[start:end]

    def some(self, rng: random.Random, count: int = 1) -> list[str]:
        """Some parts beside manifest, signature and end, in their order."""
        names = [n for n in self.spans if n not in (MANIFEST, SIGNATURE, "end")]
        return sorted(rng.sample(names, count))

    def joined(self, pieces: list[str]) -> bytes:
        """Parts one after the other."""
        return b"".join(self.piece(name) for name in pieces)


def flipped(whole: Whole, rng: random.Random) -> Tampered:
    """One bit of one byte, anywhere; every other time inside a head, where few bytes are."""
    place = rng.randrange(len(whole.content))
    if rng.random() < 0.5:
        start, _ = whole.spans[rng.choice(list(whole.spans))]
        place = min(start + rng.randrange(2 * BLOCK), len(whole.content) - 1)
    changed = bytearray(whole.content)
    changed[place] ^= 1 << rng.randrange(8)
    return Tampered(bytes(changed), frozenset({whole.part_at(place)}))


def appended(whole: Whole, rng: random.Random) -> Tampered:
    """Bytes behind the end, also such as an archive may have there."""
    more = rng.choice([b"\0", bytes(BLOCK), END, rng.randbytes(rng.randrange(1, 4096)), whole.content])
    return Tampered(whole.content + more, frozenset({"end"}))


def cut(whole: Whole, rng: random.Random) -> Tampered:
    """The tail is missing: the end, or what stands where it was cut, or what can no longer be read."""
    left = rng.choice([rng.randrange(len(whole.content)), len(whole.content) - rng.randrange(1, 3 * BLOCK)])
    return Tampered(whole.content[:left], frozenset({"end", whole.part_at(left)}))


def swapped(whole: Whole, rng: random.Random) -> Tampered:
    """Two parts in each other's place: the first of them is named."""
    a, b = whole.some(rng, 2)
    names = [{a: b, b: a}.get(name, name) for name in whole.spans]
    return Tampered(whole.joined(names), frozenset({a}))


def doubled(whole: Whole, rng: random.Random) -> Tampered:
    """A part twice: the file is longer than it should be."""
    (a,) = whole.some(rng)
    return Tampered(whole.joined([n for name in whole.spans for n in ([name, name] if name == a else [name])]), frozenset({"end"}))


def left_out(whole: Whole, rng: random.Random) -> Tampered:
    """A part that is gone: the file is shorter than it should be."""
    (a,) = whole.some(rng)
    return Tampered(whole.joined([name for name in whole.spans if name != a]), frozenset({"end"}))


def packed_again(whole: Whole, rng: random.Random) -> Tampered:
    """The same parts by another program: other times, another order, or compressed."""
    with TemporaryDirectory() as folder:
        there, again = Path(folder) / "there.tar", Path(folder) / "again.tar"
        there.write_bytes(whole.content)
        kind = rng.choice(["time", "order", "gz", "pax"])
        form = tarfile.PAX_FORMAT if kind == "pax" else tarfile.USTAR_FORMAT
        with tarfile.open(there) as old, tarfile.open(again, "w:gz" if kind == "gz" else "w", format=form) as new:
            members = old.getmembers()
            for m in reversed(members) if kind == "order" else members:
                m.mtime = 1 if kind == "time" else m.mtime
                m.uname = "安" if kind == "pax" else m.uname
                new.addfile(m, old.extractfile(m))
        return Tampered(again.read_bytes(), frozenset({MANIFEST}))


def replaced(whole: Whole, rng: random.Random) -> Tampered:
    """A part replaced and every hash mended, but for the signature, whose key the forger lacks."""
    (a,) = whole.some(rng)
    return Tampered(_forged(whole, a, rng.randbytes(rng.randrange(1, 2000)), lambda seal: "0" * 128), frozenset({SIGNATURE}))


def signed_again(whole: Whole, rng: random.Random) -> Tampered:
    """A fact replaced, every hash mended, and all signed with a key of the forger's: the seals of the facts are still those of the node."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    (a,) = rng.sample([n for n in whole.spans if n.startswith("facts/")], 1)
    forged = _forged(whole, a, whole.piece(a)[BLOCK:] + b"x", lambda seal: sign(key, seal), key.public_key().public_bytes_raw().hex())
    return Tampered(forged, frozenset({"notes.jsonl"}))


def _forged(whole: Whole, part: str, content: bytes, signing: Callable[[str], str], key: str = "") -> bytes:
    """The bundle with another part, written by the program's own hand."""
    import io

    with TemporaryDirectory() as folder:
        there, forged = Path(folder) / "there", Path(folder) / "forged"
        there.write_bytes(whole.content)
        with archive.opened(there) as old:
            read = {name: content if name == part else old.read(name) for name in old.parts}
            said = {k: v for k, v in old.manifest.items() if k not in ("form", "parts")} | ({"key": key} if key else {})
        parts = [archive.Content(name, len(one), lambda one=one: io.BytesIO(one)) for name, one in read.items()]
        archive.write(forged, said, parts, signing)
        return forged.read_bytes()


WAYS: tuple[Callable[[Whole, random.Random], Tampered], ...] = (
    flipped, flipped, flipped, flipped, flipped, appended, cut, swapped, doubled, left_out, packed_again, replaced, signed_again,
)  # fmt: skip
"""Flipping is tried most often."""


@contextmanager
def bundled() -> Iterator[Whole]:
    """A bundle of real figures, of a home of its own."""
    with TemporaryDirectory() as folder:
        home, file = Path(folder) / "home", Path(folder) / "b"
        bundle(open_node(home), file, Wanted(values=("rd_intensity", "region_gerd:region:32")), AT)
        shutil.rmtree(home)
        yield Whole.of(file)


def trials(whole: Whole, count: int, seed: int = SEED) -> Iterator[tuple[str, str, str]]:
    """What went wrong in a number of trials: the way, what should have been named, what was."""
    rng = random.Random(seed)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tampered"
        for trial in range(count):
            way = WAYS[trial % len(WAYS)]
            tampered = way(whole, rng)
            file.write_bytes(tampered.content)
            found = verify(file)
            named = found.faults[0].part if found.faults else ""
            if found.holds or named not in tampered.parts:
                yield way.__name__, " or ".join(sorted(tampered.parts)), named


def main(count: int = 1000) -> None:
    """Print how many of the trials were found."""
    with bundled() as whole:
        missed = list(trials(whole, count))
    tried = Counter(WAYS[i % len(WAYS)].__name__ for i in range(count))
    print(f"bundles tampered with: {count - len(missed)} of {count} found and the part named ({', '.join(f'{n} {way}' for way, n in tried.items())})")
    for way, wanted, named in missed:
        print(f"  missed: {way}: {wanted}, named {named or 'nothing'}")


if __name__ == "__main__":
    main()
