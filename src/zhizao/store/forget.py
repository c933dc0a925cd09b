"""Forgetting: the key of an entity's personal values is destroyed, and a sealed note says that it was meant to be.

The note comes first. From then on its keys count as destroyed for every reader; if the writer dies before it could overwrite them,
the same command again does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.batch import whole
from zhizao.store.columns import REVISES, ROW, with_added
from zhizao.store.contract import PUBLISHED_AT
from zhizao.store.forgotten import ENTITY, FORGOTTEN, SLOT, forgettings, keyring, noted, notes
from zhizao.store.keyring import Keyring
from zhizao.store.sealing import Rim, numbered, opened, sealed


def forget(rim: Rim, entity: str, why: str) -> None:
    """Destroy the key of an entity; see the contract."""
    with rim.home.writing():
        batches = rim.history.batches()
        is_completed = _complete(rim, entity)
        slots = keyring(rim.home, batches).slots_of(entity)
        if slots:
            _note(rim, entity, slots, why)
            Keyring(rim.home.personal_keys).destroy(slots)
        elif not is_completed:
            raise _nothing(rim, entity)


def _complete(rim: Rim, entity: str) -> bool:
    """Overwrite what is noted and still there: its writer died, or an older file of keys was put back. Whether a key of this entity was among it."""
    keys, told = Keyring(rim.home.personal_keys), noted(rim.home, notes(rim.history.batches()))
    left = [slot for slot in told if keys.key(slot) is not None]
    if left:
        keys.destroy(left)
    return any(told[slot] == entity for slot in left)


def _note(rim: Rim, entity: str, slots: Sequence[int], why: str) -> None:
    import pyarrow as pa

    count = len(slots)
    batch = replace(opened(rim, FORGOTTEN, (SLOT,)), why=whole(why), received=count, stored=count)
    said = {ENTITY: pa.array([entity] * count, pa.string()), SLOT: pa.array(slots, pa.int64())}
    now = pa.array([batch.at] * count, pa.timestamp("us", "UTC"))
    own = {PUBLISHED_AT: now, REVISES: pa.array([False] * count), ROW: pa.nulls(count, pa.int64())}
    sealed(rim, batch, numbered(pa.table(said | own), batch, with_added(pa.table(said).schema)))


def _nothing(rim: Rim, entity: str) -> InputError:
    if any(f.entity == entity for f in forgettings(rim.home, rim.history.batches())):
        what = Text("个人信息已经抹去", "its personal values are forgotten already")
        return InputError(what, where=entity, cure=Text("无需处理", "nothing to do"))
    what = Text("库中没有该对象的个人信息", "nothing personal is stored about this entity")
    cure = Text("请核对编号：抹去的是记录的 entity 字段所指的对象", "check the id: what can be forgotten is the entity a record is about, as its field entity says")
    return InputError(what, where=entity, cure=cure)
