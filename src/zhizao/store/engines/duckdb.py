"""DuckDB in this process: it queries the segments, facts never live in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhizao.errors import InputError, StateOverflow, StoreDamaged
from zhizao.model.text import Text

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


_EXACT_RATIO = """CREATE MACRO exact_ratio(a, b, factor) AS CASE
    WHEN a BETWEEN 0 AND 1000000 AND b BETWEEN 1 AND 1000000000 THEN ((2 * a::BIGINT * factor::BIGINT + b::BIGINT) // (2 * b::BIGINT))::HUGEINT
    WHEN b = 0 THEN NULL
    WHEN a >= 0 AND b > 0 THEN (2 * a::HUGEINT * factor + b::HUGEINT) // (2 * b::HUGEINT)
    ELSE sign(a) * sign(b) * ((2 * abs(a::HUGEINT) * factor + abs(b::HUGEINT)) // (2 * abs(b::HUGEINT))) END"""
# The first line is the fast way where 64 bits suffice; see decision 0004.


class DuckDB:
    """One connection of its own; tables live until it is closed.

    ``spill`` is the folder where what does not fit in memory goes.
    """

    def __init__(self, spill: Path) -> None:
        import duckdb

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

    def scan(self, files: Sequence[Path], schema: pa.Schema) -> ir.Table:
        """The rows of Parquet files under a schema; a column that a file does not have is null there."""
        if not files:
            return self.hold("empty", schema.empty_table())
        listed = ", ".join(f"'{_quoted(f)}'" for f in files)
        source = f"read_parquet([{listed}], union_by_name = {str(len(files) > 1).lower()})"
        with self._told():
            there = set(self._connection.sql(f"SELECT * FROM {source} LIMIT 0").columns)
            # A cast to the type a column has already costs nothing.
            columns = ", ".join(
                f'CAST({_name(f.name) if f.name in there else "NULL"} AS {_sql_type(f.type)}) AS {_name(f.name)}' for f in schema
            )
            name = self._fresh("facts")
            self._connection.execute(f"CREATE TEMP VIEW {_name(name)} AS SELECT {columns} FROM {source}")
        return _table(name, schema)

    def hold(self, name: str, rows: ir.Table | pa.Table) -> ir.Table:
        """Keep rows for several uses; an expression over rows held earlier under the same name keeps its meaning."""
        import pyarrow as pa

        name = self._fresh(name)
        if isinstance(rows, pa.Table):
            self._connection.register(name, rows)
            return _table(name, rows.schema)
        with self._told():
            self._connection.execute(f"CREATE TEMP TABLE {_name(name)} AS {_sql(rows)}")
        return _table(name, rows.schema())

    def release(self, held: ir.Table) -> None:
        """Give back the memory of rows that were handed over; no expression over them can be run any more."""
        self._connection.unregister(held.get_name())

    def fetch(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression."""
        with self._told():
            return _as_declared(self._connection.sql(_sql(expression)).to_arrow_table(), expression)

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
    """The rows with 64-bit integers where the expression promises them: the engine sums integers in 128 bits."""
    import pyarrow as pa

    promised = expression.schema().to_pyarrow()
    for i, (got, want) in enumerate(zip(rows.schema, promised, strict=True)):
        if pa.types.is_integer(want.type) and not pa.types.is_integer(got.type):
            rows = rows.set_column(i, got.name, rows[got.name].cast(want.type))
    return rows


def _sql_type(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ"
    names = {pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.bool_(): "BOOLEAN", pa.date32(): "DATE", pa.string(): "VARCHAR"}
    return names[kind]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
