"""Meanings: for each table of a connection a hash of everything its rows are made from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_QUOTED = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")+)\"""")
"""A text, which is passed over whatever stands in it, or a name."""
MOST_BYTES = 16 * 1024**2
"""Rows from outside that are larger are not read again only to be named."""


class Meanings:
    """Names what tables mean, so that two connections can tell whether they would compute the same.

    The text of a query says what is computed; the names of tables in it are put in by what they mean, down to segments, which never change.

    Example:
        >>> a, b = Meanings("engine 1"), Meanings("engine 1")
        >>> _ = a.of_query("t_7", "SELECT 1"), b.of_query("t_9", "SELECT 1")
        >>> a.of_query("u", 'SELECT * FROM "t_7"') == b.of_query("v", 'SELECT * FROM "t_9"') != ""
        True
    """

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._known: dict[str, str] = {}

    def of_files(self, name: str, seals: Sequence[str], read_as: str) -> None:
        """A table read from sealed files: what is in them is what their seals say."""
        self._known[name] = _hash(self._engine, "files", *seals, read_as) if seals else ""

    def of_rows(self, name: str, rows: pa.Table) -> None:
        """A table handed over from outside."""
        import pyarrow as pa

        if rows.nbytes > MOST_BYTES:
            self._known[name] = ""
            return
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows.combine_chunks())
        self._known[name] = _hash(self._engine, "rows", hashlib.sha256(sink.getvalue()).hexdigest())

    def of_query(self, name: str, query: str) -> str:
        """A table that a query makes; '' where the query reads something without a meaning."""
        used = names_in(query) & set(self._known)
        if any(not self._known[token] for token in used):
            self._known[name] = ""
            return ""
        told = _QUOTED.sub(lambda found: f'"{self._known[found[1]]}"' if found[1] in self._known else found[0], query)
        self._known[name] = _hash(self._engine, "query", told)
        return self._known[name]

    def of(self, name: str) -> str:
        """The meaning of a table, '' where it has none."""
        return self._known.get(name, "")


def names_in(query: str) -> set[str]:
    """Every quoted name in a query: tables, columns and aliases.

    Example:
        >>> sorted(names_in('SELECT "n" FROM "t_7" WHERE "id" = ' + repr('A"B')))
        ['id', 'n', 't_7']
    """
    return {name for name in _QUOTED.findall(query) if name}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
