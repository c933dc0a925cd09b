"""Frames: how a delivery lies in a file of the log, so that half of one is never taken for a whole.

    length of the rest  u32    CRC-32 of the rest  u32    length of the head  u32    head, JSON    rows, an Arrow IPC stream

Little-endian. A file begins with a frame whose head says where every source stands and which has no rows. The head of a delivery also says
how many rows it has, the time of the newest, and when it arrived, so that counting reads no rows.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from zhizao.store.stream.delivery import Delivery, Refused, Standing, Standings, observations

if TYPE_CHECKING:
    import pyarrow as pa

_PREFIX, _HEAD = struct.Struct("<II"), struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame found whole in a file: its head, its rows (empty for the first of a file), and where the next one begins."""

    head: Mapping[str, Any]
    body: memoryview
    end: int

    @property
    def standings(self) -> Standings | None:
        """Where the sources stand, if that is what the frame says."""
        found = self.head.get("standings")
        return None if found is None else {source: Standing(**said) for source, said in found.items()}

    @property
    def at_us(self) -> int:
        """When it was written, microseconds since 1970; of frames of one file none is earlier than the one before."""
        return int(self.head["at"])

    @property
    def rows(self) -> pa.RecordBatch:
        """Its observations."""
        import pyarrow as pa

        return pa.ipc.open_stream(self.body).read_next_batch()

    @property
    def delivery(self) -> Delivery:
        """The delivery it holds."""
        said = self.head
        return Delivery(said["source"], self.rows, said["position"], said["lines"], said["duplicate"], self.refused)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What of the delivery could not be taken."""
        return tuple(Refused(*parts) for parts in self.head["refused"])

    def follow(self, before: Standing) -> Standing:
        """Where the source of the delivery stands after it, without a look at the rows."""
        said = self.head
        return before.plus(said["position"], said["rows"], said["duplicate"], len(said["refused"]), said["lines"], said["last_us"])


def framed(delivery: Delivery, at_us: int) -> bytes:
    """A delivery as a frame, written then."""
    import pyarrow as pa

    refused = [(r.place, r.why, r.raw) for r in delivery.refused]
    head = {
        "source": delivery.source, "position": delivery.position, "lines": delivery.lines, "duplicate": delivery.duplicate, "refused": refused,
        "rows": int(delivery.rows.num_rows), "last_us": delivery.last_us, "at": at_us, "content": int(delivery.rows.nbytes),
    }  # fmt: skip
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, observations(), options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_batch(delivery.rows)
    return _frame(head, sink.getvalue())


def opening(standings: Standings, at_us: int = 0) -> bytes:
    """The first frame of a file."""
    return _frame({"standings": {source: asdict(said) for source, said in standings.items()}, "at": at_us}, b"")


def _frame(head: Mapping[str, Any], body: pa.Buffer | bytes) -> bytes:
    said = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    rest = b"".join((_HEAD.pack(len(said)), said, body))
    return _PREFIX.pack(len(rest), zlib.crc32(rest)) + rest


def is_torn(content: bytes, end: int) -> bool:
    """Whether what follows the last whole frame is the half of a write; where something that was written later lies behind it, it is damage.

    Example:
        >>> first, second, third = (opening({}, at) for at in (1, 2, 3))
        >>> bad = second[:4] + bytes(4) + second[8:]
        >>> is_torn(first + bad, len(first)), is_torn(first + bad + opening({}, 2), len(first)), is_torn(first + bad + third, len(first))
        (True, True, False)
    """
    if end + _PREFIX.size > len(content):
        return True
    length, _ = _PREFIX.unpack_from(content, end)
    later = next(frames(content[end + _PREFIX.size + length :]), None)
    return later is None or later.at_us == _claimed(content[end + _PREFIX.size :])


def _claimed(rest: bytes) -> int | None:
    """When a damaged frame says it was written: all frames of one write say the same."""
    try:
        (head,) = _HEAD.unpack_from(rest)
        return int(json.loads(rest[_HEAD.size : _HEAD.size + head])["at"])
    except (struct.error, ValueError, KeyError, TypeError):
        return None


def frames(content: bytes) -> Iterator[Frame]:
    """The whole frames at the beginning of a file's content; what follows the last of them was not written to its end.

    Example:
        >>> content = opening({}) + opening({})[:-1]
        >>> [frame.end == len(opening({})) for frame in frames(content)]
        [True]
    """
    view, place = memoryview(content), 0
    while place + _PREFIX.size <= len(view):
        length, crc = _PREFIX.unpack_from(view, place)
        rest = view[place + _PREFIX.size : place + _PREFIX.size + length]
        if len(rest) < length or length < _HEAD.size or zlib.crc32(rest) != crc:
            return
        place += _PREFIX.size + length
        (head,) = _HEAD.unpack_from(rest)
        said = bytes(rest[_HEAD.size : _HEAD.size + head]).decode("utf-8", "surrogatepass")
        yield Frame(json.loads(said), rest[_HEAD.size + head :], place)
