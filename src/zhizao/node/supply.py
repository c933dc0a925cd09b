"""Facts that packs ship: stored once, each file as one delivery known by its fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zhizao.model.library import DataFile, Library
from zhizao.model.receipt import Receipt
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.store.contract import Store


def supply(library: Library, store: Store, remark: Callable[[Text], None]) -> None:
    """Store the packs' data files that are not stored yet; rejected rows and unknown types are remarked, never raised."""
    for data in library.data:
        record = library.records.get(data.record)
        if record is None:
            remark(Text(f"{data.path}：没有记录类型 {data.record}", f"{data.path}: there is no record type {data.record}"))
        elif not store.has_batch(record.id, data.sha256):
            _report(data, _deliver(store, record, data), remark)


def _deliver(store: Store, record: RecordType, data: DataFile) -> Receipt:
    from zhizao.node.deliver import deliver

    return deliver(store, record, Path(data.path), name="/".join(Path(data.path).parts[-4:]))


def _report(data: DataFile, receipt: Receipt, remark: Callable[[Text], None]) -> None:
    if receipt.rejected:
        zh = f"{data.path}：{receipt.rejected} 行被拒，见 {receipt.rejects_file}"
        remark(Text(zh, f"{data.path}: {receipt.rejected} rows rejected, see {receipt.rejects_file}"))
