"""Withdrawal: a fact ends; its key has no value until it is delivered again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store import segment
from zhizao.store.as_of import latest
from zhizao.store.batch import held, whole
from zhizao.store.columns import OP, REVISES, ROW
from zhizao.store.contract import FACT, PUBLISHED_AT
from zhizao.store.forgotten import FORGOTTEN
from zhizao.store.sealing import Rim, numbered, opened, sealed
from zhizao.store.stream.stored import place_of

if TYPE_CHECKING:
    import pyarrow as pa


def withdraw(rim: Rim, fact: str, why: str) -> None:
    """End a fact; see the contract. The withdrawal speaks after the version it ends, even one published in the future."""
    import pyarrow as pa

    with rim.home.writing():
        record, row = _row_of(rim, fact)
        batches = held(rim.history.batches(), record)
        key = batches[-1].key
        last = _deciding(rim, [rim.home.facts / record / b.segment for b in batches], row, key)
        _require_that_it_holds(fact, row, last)
        new = opened(rim, record, key)
        published = pa.array([max(new.at, last[PUBLISHED_AT])], pa.timestamp("us", "UTC"))
        told = {PUBLISHED_AT: published, OP: pa.array(["withdraw"]), REVISES: pa.array([True]), ROW: pa.nulls(1, pa.int64())}
        for name, column in told.items():
            row = row.set_column(row.schema.get_field_index(name), name, column)
        new = replace(new, why=whole(why), received=1, stored=1)
        sealed(rim, new, numbered(row, new, row.schema))


def _row_of(rim: Rim, fact: str) -> tuple[str, pa.Table]:
    """The record type and the stored row of a fact."""
    record, _, number = fact.rpartition(":")
    if number.isdecimal() and number.isascii() and (place := place_of(int(number))):
        return record, _drained_row(rim, record, fact, *place)
    if number.isdecimal() and number.isascii():
        for batch in held(rim.history.batches(), record) if record != FORGOTTEN else ():
            if batch.first <= int(number) <= batch.last:
                return record, segment.read(rim.home.facts / record / batch.segment, (int(number), int(number)))
    cure = Text("export 和 explain 会给出事实编号，形如 annual_return:12", "export and explain give the numbers of facts, such as annual_return:12")
    raise InputError(Text(f"没有事实 {fact}", f"there is no fact {fact}"), where=fact, cure=cure)


def _drained_row(rim: Rim, record: str, fact: str, file: int, place: int) -> pa.Table:
    """The stored row of a fact whose number was given while it was in the log."""
    import pyarrow.compute as pc

    for batch in (b for b in held(rim.history.batches(), record) if b.stream and b.stream.file == file):
        rows = segment.read(rim.home.facts / record / batch.segment)
        if len(row := rows.filter(pc.equal(rows[ROW], place))):
            return row
    cure = Text("节点运行时约一分钟内封存日志；请稍后重试", "a running node seals its log within a minute or so; try again then")
    raise InputError(Text(f"{fact} 还在日志中，或只是重复", f"{fact} is still in the log, or only repeats another"), where=fact, cure=cure)


def _deciding(rim: Rim, files: Sequence[Path], row: pa.Table, key: Sequence[str]) -> dict[str, Any]:
    """The version that decides the row's key now."""
    import ibis

    from zhizao.store.engines.duckdb import DuckDB

    with closing(DuckDB(rim.home.spill)) as engine:
        rows = engine.scan(files, row.select([*key, FACT, PUBLISHED_AT, OP]).schema)
        same = [rows[k].identical_to(ibis.literal(row[k][0].as_py(), rows[k].type())) for k in key]
        found: list[dict[str, Any]] = engine.fetch(latest(rows.filter(*same), key, engine, rekeyed=True)).to_pylist()
    return found[0]


def _require_that_it_holds(fact: str, row: pa.Table, last: dict[str, Any]) -> None:
    if last[OP] == "withdraw":
        cure = Text("无需处理；若要再次生效，请把该行放在另一个文件里导入", "nothing to do; to make it hold again, import its row in another file")
        raise InputError(Text(f"{fact} 已经撤回", f"{fact} is withdrawn already"), where=fact, cure=cure)
    if last[FACT] != row[FACT][0].as_py():
        now = f"{fact.rpartition(':')[0]}:{last[FACT]}"
        cure = Text(f"若要结束现值，请撤回 {now}", f"to end the present value, withdraw {now}")
        raise InputError(Text(f"{fact} 已被 {now} 更正", f"{fact} has been corrected by {now}"), where=fact, cure=cure)
