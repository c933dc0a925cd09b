"""DuckDB in this process: it queries the segments, facts never live in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from inspect import Parameter, Signature
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError, StateOverflow, StoreDamaged, ZhizaoError
from zhizao.model.text import Text
from zhizao.store.engines.meanings import Meanings, names_in
from zhizao.store.kept import Kept

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


_EXACT_RATIO = """CREATE MACRO exact_ratio(a, b, factor) AS CASE
    WHEN factor <= 1000000000000 AND a BETWEEN 0 AND 1000000 AND b BETWEEN 1 AND 1000000000 THEN ((2 * a::BIGINT * factor::BIGINT + b::BIGINT) // (2 * b::BIGINT))::HUGEINT
    WHEN b = 0 THEN NULL
    WHEN a >= 0 AND b > 0 THEN (2 * a::HUGEINT * factor + b::HUGEINT) // (2 * b::HUGEINT)
    ELSE sign(a) * sign(b) * ((2 * abs(a::HUGEINT) * factor + abs(b::HUGEINT)) // (2 * abs(b::HUGEINT))) END"""
# The first line is the fast way where 64 bits suffice; see decision 0004.
WORTH_KEEPING_S = 0.1
"""What is computed faster is not worth a file,"""
ROWS_A_TENTH = 200_000
"""nor what is not that much slower again for every so many rows, which have to be written and read."""


class DuckDB:
    """One connection of its own; tables live until it is closed.

    ``spill`` is the folder where what does not fit in memory goes, ``kept`` where results outlive the connection.
    """

    def __init__(self, spill: Path, kept: Kept | None = None) -> None:
        import duckdb

        self._kept = kept
        self._promised: dict[str, str] = {}
        self._kept_for: set[str] = set()
        self._raised: ZhizaoError | None = None
        self._meanings = Meanings(f"duckdb {duckdb.__version__} UTC {_EXACT_RATIO}")
        self._errors = (duckdb.OutOfRangeException, duckdb.ConversionException)
        self._full = (duckdb.OutOfMemoryException,)
        self._unreadable = (duckdb.IOException, duckdb.InvalidInputException)
        # Nothing is ever downloaded, and a name in a query means a table, never a Python variable.
        self._connection = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "python_enable_replacements": "false", "temp_directory": str(spill)}
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute(_EXACT_RATIO)
        self._numbers = count()

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()

    def scan(self, files: Sequence[Path], schema: pa.Schema, seals: Sequence[str] = ()) -> ir.Table:
        """The rows of Parquet files under a schema; a column that a file does not have is null there.

        Their seals say what is in them; without seals nothing made from them is kept.
        """
        if not files:
            return self.hold("empty", schema.empty_table())
        listed = ", ".join(f"'{_read(f)}'" for f in files)
        # A folder named like a column and its value ("year=2020") tells nothing of the rows in it.
        source = f"read_parquet([{listed}], union_by_name = {str(len(files) > 1).lower()}, hive_partitioning = false)"
        with self._told():
            there = set(self._connection.sql(f"SELECT * FROM {source} LIMIT 0").columns)
            # A cast to the type a column has already costs nothing.
            columns = ", ".join(
                f'CAST({_name(f.name) if f.name in there else "NULL"} AS {_sql_type(f.type)}) AS {_name(f.name)}' for f in schema
            )
            name = self._fresh("facts")
            self._connection.execute(f"CREATE TEMP VIEW {_name(name)} AS SELECT {columns} FROM {source}")
        self._meanings.of_files(name, seals, columns)
        return _table(name, schema)

    def filled(self, files: Sequence[Path]) -> frozenset[str]:
        """The columns that are filled in every row of every file, as the files say of themselves."""
        if not files:
            return frozenset()
        listed = ", ".join(f"'{_read(f)}'" for f in files)
        everywhere = f"count(DISTINCT file_name) = {len(files)} AND bool_and(coalesce(stats_null_count, 1) = 0)"
        query = f"SELECT path_in_schema FROM parquet_metadata([{listed}]) GROUP BY ALL HAVING {everywhere}"
        with self._told():
            return frozenset(name for (name,) in self._connection.execute(query).fetchall())

    def hold(self, name: str, rows: ir.Table | pa.Table) -> ir.Table:
        """Keep rows for several uses; an expression over rows held earlier under the same name keeps its meaning."""
        import pyarrow as pa

        if isinstance(rows, pa.Table):
            name = self._fresh(name)
            self._connection.register(name, rows)
            self._meanings.of_rows(name, rows)
            return _table(name, rows.schema)
        held = self.keep(name, rows)
        self._kept_for.discard(held.get_name())
        self._need(held.get_name())
        return held

    def keep(self, name: str, rows: ir.Table) -> ir.Table:
        """Hold rows that are worth finding again: made when they are used first, or read back where the very same were made before."""
        query, name = _sql(rows), self._fresh(name)
        self._meanings.of_query(name, query)
        self._promised[name] = query
        self._kept_for.add(name)
        return _table(name, rows.schema())

    def _need(self, *names: str) -> None:
        """Make what was promised under these names and is not there yet."""
        for name in names:
            query = self._promised.get(name)
            if query is None:
                continue
            if self._find(name):
                del self._promised[name]
                continue
            began = perf_counter()
            self._need(*names_in(query))
            with self._told():
                self._connection.execute(f"CREATE TEMP TABLE {_name(name)} AS {query}")
            del self._promised[name]
            self._remember(name, perf_counter() - began)

    def _find(self, name: str) -> bool:
        """Read a table back that was kept for its meaning."""
        import duckdb

        meaning = self._meaning_kept(name)
        if self._kept is None or not meaning or (file := self._kept.find(meaning)) is None:
            return False
        try:
            self._connection.execute(f"CREATE TEMP TABLE {_name(name)} AS SELECT * FROM read_parquet('{_read(file)}', hive_partitioning = false)")
        except duckdb.Error:
            self._kept.drop(file)
            return False
        return True

    def _remember(self, name: str, took_s: float) -> None:
        """Keep a table for later connections, where making it cost more than a file of it does."""
        meaning = self._meaning_kept(name)
        if self._kept is None or not meaning or took_s < WORTH_KEEPING_S:
            return
        [(rows,)] = self._connection.execute(f"SELECT count(*) FROM {_name(name)}").fetchall()
        if took_s >= WORTH_KEEPING_S * (1 + rows / ROWS_A_TENTH):
            self._kept.put(meaning, lambda file: self._write(name, file))

    def _meaning_kept(self, name: str) -> str:
        """What a table means, '' where it is not to be kept."""
        return self._meanings.of(name) if name in self._kept_for else ""

    def _write(self, name: str, file: Path) -> None:
        """Put a table into a file; whole numbers of 128 bits as decimals, since the file would round them."""
        import duckdb

        types = self._connection.execute(f"DESCRIBE {_name(name)}").fetchall()
        casts = ", ".join(f"CAST({_name(c[0])} AS DECIMAL(38, 0)) AS {_name(c[0])}" for c in types if c[1] == "HUGEINT")
        columns = f"* REPLACE ({casts})" if casts else "*"
        try:
            self._connection.execute(f"COPY (SELECT {columns} FROM {_name(name)}) TO '{_quoted(file)}' (FORMAT parquet)")
        except duckdb.Error as error:  # a full disk, or a number that no decimal holds: the result is used, not kept
            raise OSError(str(error)) from error

    def stay_in_memory(self) -> None:
        """From now on put nothing on the disk: neither results to be kept nor what does not fit in memory, which is refused."""
        self._kept = None
        self._connection.execute("SET max_temp_directory_size = '0KB'")

    def offer(self, name: str, function: Callable[..., pa.Array], takes: Sequence[str], gives: str) -> None:
        """Let expressions call a function of columns, by name; it is asked about nulls too.

        What it raises of ours comes out of the query as it is.
        """
        names = {"string": "VARCHAR", "binary": "BLOB"}

        def telling(*columns: pa.ChunkedArray) -> pa.Array:
            try:
                return function(*columns)
            except ZhizaoError as error:
                self._raised = error
                raise

        # The engine counts the columns a function takes.
        named = [Parameter(f"column_{i}", Parameter.POSITIONAL_OR_KEYWORD) for i in range(len(takes))]
        telling.__signature__ = Signature(named)  # type: ignore[attr-defined]
        given: list[Any] = [names[kind] for kind in takes]
        options: dict[str, Any] = {"type": "arrow", "null_handling": "special"}
        self._connection.create_function(name, telling, given, names[gives], **options)

    def release(self, held: ir.Table) -> None:
        """Give back the memory of rows that were handed over; no expression over them can be run any more."""
        self._connection.unregister(held.get_name())

    def fetch(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression."""
        query = _sql(expression)
        self._need(*names_in(query))
        with self._told():
            return _as_declared(self._connection.sql(query).to_arrow_table(), expression)

    def _fresh(self, name: str) -> str:
        return f"{name}_{next(self._numbers)}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        import pyarrow as pa

        try:
            yield
        except (*self._errors, pa.ArrowInvalid) as error:
            what = str(error).splitlines()[0]
            cure = Text("请缩小范围，或用较大的单位", "take a smaller range, or a larger unit")
            raise StateOverflow(Text(f"数值超出可精确计算的范围：{what}", f"a number left the range in which it is exact: {what}"), cure=cure) from error
        except self._full as error:
            cure = Text("请腾出磁盘空间，或缩小范围", "free some space on the disk, or take a smaller range")
            what = str(error).splitlines()[0]
            raise InputError(Text(f"内存和磁盘空间不足：{what}", f"memory and disk do not suffice: {what}"), cure=cure) from error
        except self._unreadable as error:
            raised, self._raised = self._raised, None
            if raised:
                raise raised from error
            if ".parquet" not in (what := str(error).splitlines()[0]):
                raise
            cure = Text("请从备份恢复 home 目录", "restore the home folder from a backup")
            raise StoreDamaged(Text(f"数据段无法读取：{what}", f"a segment cannot be read: {what}"), cure=cure) from error


def _sql(expression: ir.Table) -> str:
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))


def _table(name: str, schema: Any) -> ir.Table:
    import ibis

    return ibis.table(ibis.Schema.from_pyarrow(schema) if hasattr(schema, "pandas_metadata") else schema, name=name)


def _as_declared(rows: pa.Table, expression: ir.Table) -> pa.Table:
    """The rows with 64-bit integers where the expression promises them: the engine sums integers in 128 bits.

    A column with a sum beyond 64 bits stays a decimal of 38 digits.
    """
    import pyarrow as pa

    promised = expression.schema().to_pyarrow()
    for i, (got, want) in enumerate(zip(rows.schema, promised, strict=True)):
        if pa.types.is_integer(want.type) and not pa.types.is_integer(got.type):
            with suppress(pa.ArrowInvalid):
                rows = rows.set_column(i, got.name, rows[got.name].cast(want.type))
    return rows


def _sql_type(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ"
    names = {pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN", pa.date32(): "DATE", pa.string(): "VARCHAR", pa.binary(): "BLOB"}
    return names[kind]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("'", "''")


def _read(path: Path) -> str:
    """A path to read from: one file, whatever patterns its name would match."""
    return re.sub(r"[*?\[]", r"[\g<0>]", _quoted(path))
