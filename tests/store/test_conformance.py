"""The local store passes the suite that every store must pass."""

from __future__ import annotations

import pytest

from zhizao.checks.store import CHECKS, RETURN, conforms, failures


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_the_local_store(check, open_store):
    check(open_store)


def test_a_store_that_loses_rows_does_not_conform(open_store):
    class Lossy:
        def __init__(self, store):
            self._store = store

        def __getattr__(self, name):
            return getattr(self._store, name)

        def append(self, record, rows, source):
            return self._store.append(record, rows.slice(1), source)

    assert not conforms(lambda name: Lossy(open_store(name)))
    assert any("does not balance" in f for f in failures(lambda name: Lossy(open_store(f"{name}_2"))))
    assert RETURN.level == "enterprise"
