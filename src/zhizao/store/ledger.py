"""Facts about the loop itself (warnings, proposals, actions …), few and read whole: told as rows, read back in the order they were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhizao.errors import ProgramError
from zhizao.model.record import RecordType
from zhizao.model.text import Text
from zhizao.model.value import Known
from zhizao.store.contract import FACT, Session, Source, Store

Row = Mapping[str, Any]
"""A row by field: text as ``str``, decimals as ``Decimal``, instants as ``datetime`` in UTC, what is empty as None."""


def told(session: Session, record: RecordType, known: Known = Known()) -> list[dict[str, Any]]:
    """Every row of a type as known then, with ``_fact`` and ``_stored_at``, in the order they were stored."""
    rows: list[dict[str, Any]] = session.fetch(session.relation(record, known).order_by(FACT)).to_pylist()
    return rows


def tell(store: Store, record: RecordType, rows: Sequence[Row], by: str) -> None:
    """Store rows, all or none; what is the same as a stored row is passed over.

    Args:
        by: who tells, as the source of the facts.

    Raises:
        ProgramError: a row was refused: whoever told it did not keep to the record type.
    """
    import pyarrow as pa

    if not rows:
        return
    columns = {f.id: [_written(row.get(f.id)) for row in rows] for f in record.fields}
    receipt = store.append(record, pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()}), Source(by))
    if receipt.rejected:
        raise ProgramError(
            Text(f"{record.id} 有 {receipt.rejected} 行不合要求", f"{receipt.rejected} rows of {record.id} were refused"),
            where=str(receipt.rejects_file or record.id),
            cure=Text("见所列文件中的原因", "the file says why"),
        )


def _written(value: object) -> str | None:
    """A value as a delivery writes it."""
    return value.isoformat() if isinstance(value, datetime) else None if value is None else str(value)
