"""Where a stream of lines may be cut: after a line, but not within an asset of several lines."""

from __future__ import annotations

from zhizao.sense.connectors.shdr.lines import ASSET, ASSET_PARTS, MULTILINE

LONGEST = 4 * 1024**2
"""Bytes that a line or an asset may have; what is longer is taken as it stands, and cannot be read."""


def whole(content: bytes) -> int:
    """How much of the content is whole lines.

    Example:
        >>> whole(b"t|a|1\\nt|b")
        6
        >>> whole(b"t|a|1\\nt|@ASSET@|1|T|--multiline--X\\n<T/>\\n"), whole(b"t|@ASSET@|1|T|--multiline--X\\n<T/>\\n--multiline--X\\n")
        (6, 49)
    """
    end = content.rfind(b"\n") + 1
    if not end and len(content) > LONGEST:
        return len(content)
    if MULTILINE.encode() not in content:
        return end
    cut = _before_open_asset(content[:end])
    return cut if len(content) - cut <= LONGEST else end


def _before_open_asset(content: bytes) -> int:
    place, opened, waiting = 0, 0, b""
    for line in content.splitlines(keepends=True):
        said = line.strip()
        if waiting:
            waiting = b"" if said == waiting else waiting
        elif MULTILINE.encode() in said:
            parts = [part.strip() for part in said.split(b"|")]
            if len(parts) > ASSET_PARTS and parts[1] == ASSET.encode() and parts[ASSET_PARTS].startswith(MULTILINE.encode()):
                opened, waiting = place, parts[ASSET_PARTS]
        place += len(line)
    return opened if waiting else place


def lines_of(content: bytes, encoding: str) -> list[str]:
    """The lines of a content that is whole; what is no letter in the encoding is replaced by a mark that says so."""
    return content.decode(encoding, "replace").removesuffix("\n").split("\n")
