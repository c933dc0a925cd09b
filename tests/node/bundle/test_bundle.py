"""A bundle recomputes anywhere; whatever is done to it is found and named, and a figure that does not follow is told."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from bench import tampering
from zhizao.errors import InputError
from zhizao.model.bundle import Verification
from zhizao.node.assemble import Node, load_library, now, open_store
from zhizao.node.bundle import archive
from zhizao.node.bundle.make import Wanted, bundle
from zhizao.node.bundle.recompute import verify
from zhizao.node.loop import warnings, watching
from zhizao.pack.shipped import builtin_folders
from zhizao.store.contract import Source
from zhizao.store.home import Home
from zhizao.store.seal import key_text, sign


@pytest.fixture(scope="module")
def _home(tmp_path_factory):
    """Two enterprises in Jiangsu over eight years; one of them corrected, one row withdrawn."""
    node = opened(tmp_path_factory.mktemp("bundled") / "home")
    store(node, "membership", *({"entity": f"enterprise:{e}", "relation": "located_in", "parent": "region:32"} for e in "AB"))
    intensity = dict(zip(range(2015, 2023), (1000, 900, 880, 870, 868, 867, 868, 866), strict=True))
    for enterprise, revenue in (("A", 100), ("B", 300)):
        store(node, "annual_return", *({"enterprise": enterprise, "year": y, "energy_tce": e, "value_added_2015": 100, "revenue": revenue, "main_business_revenue": revenue, "rd_expenditure": 7} for y, e in intensity.items()))
    store(node, "annual_return", {"enterprise": "B", "year": 2022, "energy_tce": 900, "value_added_2015": 100, "revenue": 200, "main_business_revenue": 200, "rd_expenditure": 9})
    return node.home


@pytest.fixture
def node(_home, tmp_path) -> Node:
    return opened(Path(shutil.copytree(_home, tmp_path / "home")))


def opened(home: Path) -> Node:
    """A node with the plan's pack alone, without the figures it ships."""
    folders = tuple(f for f in builtin_folders() if f.name in ("kernel", "made_in_china_2025"))
    return Node(home, folders, load_library(home, folders), open_store(home))


def store(node: Node, record: str, *rows: dict[str, object]) -> None:
    table = pa.table({name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in rows[0]})
    assert node.store.append(node.library.records[record], table, Source("test")).rejected == 0


@pytest.fixture
def frozen(node, tmp_path) -> Callable[..., Path]:
    """Make a bundle in that home."""

    def freeze(*values: str, **more: object) -> Path:
        bundle(node, tmp_path / "b", Wanted(values, **more), now())  # type: ignore[arg-type]
        return tmp_path / "b"

    return freeze


def told(v: Verification) -> list[tuple[str, str]]:
    return [(d.figure, d.what) for c in v.checked for d in c.differences]


def forged(file: Path, home: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The bundle with other parts, in the node's own hand and under its own signature: what a node that lies would hand out."""
    with archive.opened(file) as old:
        said = {k: v for k, v in old.manifest.items() if k not in ("form", "parts")}
        parts = {name: change(name, old.read(name)) for name in old.parts}
    contents = [archive.Content(n, len(c), lambda c=c: io.BytesIO(c)) for n, c in parts.items() if c is not None]
    key = Home(home).private_key()
    archive.write(file, said, contents, lambda seal: sign(key, seal))
    return file


# ── what recomputes ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_third_party_recomputes_figures_and_scorecard_from_the_file_alone(frozen, node):
    file = frozen("energy_intensity_reduction:Jiangsu:2016..2022", "rd_intensity:nation:CN", evaluation=True)
    key = key_text(Home(node.home).public_key())
    shutil.rmtree(node.home)
    found = verify(file, key)
    assert found.holds and found.signer == "proven" and not found.other_versions
    assert [(c.claim.kind, c.figures > 0) for c in found.checked] == [("value", True), ("value", True), ("evaluation", True)]
    assert found.checked[0].claim.answer[0]["states"] and found.facts > 0


def test_without_a_trusted_key_the_signer_is_unproven_and_a_stranger_is_not_opened(frozen, tmp_path):
    file = frozen("rd_intensity")
    found = verify(file)
    assert (found.holds, found.signer) == (True, "unproven")
    stranger = opened(tmp_path / "other")
    store(stranger, "membership", {"entity": "enterprise:A", "relation": "located_in", "parent": "region:32"})
    told_another = verify(file, str(stranger.home / "keys" / "node.pub"))
    assert (told_another.signer, told_another.holds, told_another.checked) == ("another", False, ())
    with pytest.raises(InputError):
        verify(file, "no key")


def test_a_bundle_tells_what_was_known_at_a_time(frozen, node):
    file = frozen("rd_intensity:region:32:2022", as_of="2021")
    found = verify(file)
    assert found.holds
    assert not [row for c in found.checked for row in c.claim.answer if row["status"] == "ok" and row["basis"] == "computed"]


def test_a_warning_is_judged_again_from_what_was_known_when_it_was_told(frozen, node):
    store(node, "target_revision", {"indicator": "energy_intensity_reduction", "entity": "region:32", "year": 2030, "value": 34, "unit": "percent", "by": "plan office"})
    watching.look(node.library, node.store, now())
    raised = next(w for w in warnings.found(node) if w.rule == "target_in_danger" and w.entity == "region:32")
    store(node, "annual_return", {"enterprise": "A", "year": 2022, "energy_tce": 1, "value_added_2015": 100})
    found = verify(frozen(raised.id))
    assert {c.claim.kind for c in found.checked} == {"told", "warning"} and found.holds, told(found)


# ── what a liar is told ─────────────────────────────────────────────────────────────────────────────────────────


def claimed(name: str, content: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    if name != "claims.json":
        return content
    said = json.loads(content)
    change(said[0]["answer"][0])
    return archive.canonical(said)


def test_a_figure_the_facts_do_not_give_is_named_though_its_own_node_signed_it(frozen, node):
    file = forged(frozen("rd_intensity:region:32:2022"), node.home, lambda n, c: claimed(n, c, lambda row: row.update(value="9.99")))
    assert told(verify(file)) == [("rd_intensity rd_intensity.computed region:32 2022", "value")]


def test_another_definition_is_named_as_such(frozen, node):
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"sum(rd_expenditure)", b"2 * sum(rd_expenditure)") if name.endswith("/indicators/rd_intensity.yaml") else content

    found = verify(forged(frozen("rd_intensity:region:32:2022"), node.home, change))
    assert {"definition", "value"} <= {what for _, what in told(found)} and not found.holds


def test_a_correction_that_is_left_out_is_missed_by_name(frozen, node):
    file = frozen("rd_intensity:region:32:2022")
    last = sorted(n for n in tarfile.open(file).getnames() if n.startswith("facts/annual_return/"))[-1]
    found = verify(forged(file, node.home, lambda n, c: None if n == last else c))
    assert [f.part for f in found.faults] == [last]


def test_a_note_that_is_left_out_breaks_the_chain(frozen, node):
    found = verify(forged(frozen("rd_intensity"), node.home, lambda n, c: b"".join(c.splitlines(keepends=True)[1:]) if n == "notes.jsonl" else c))
    assert [f.part for f in found.faults] == ["notes.jsonl"]


# ── what is done to the file ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def whole():
    with tampering.bundled() as made:
        yield made


def test_whatever_is_done_to_a_byte_or_a_part_is_found_and_named(whole):
    assert not list(tampering.trials(whole, 208, seed=7))


def test_the_same_content_is_always_the_same_bytes(node, tmp_path):
    at = now()
    for name in "ab":
        bundle(node, tmp_path / name, Wanted(("rd_intensity",)), at)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("name", ["../evil", "/evil", "packs/00/kernel/../../../evil", "facts/lot/../x.parquet", "packs/evil", "facts/lot/00000001.parquet", "else/x"])
def test_a_part_never_leaves_the_folder_it_is_opened_in(name, frozen, node, tmp_path):
    def with_part(file: Path) -> None:
        with archive.opened(file) as old:
            said = {k: v for k, v in old.manifest.items() if k not in ("form", "parts")}
            parts = {n: old.read(n) for n in old.parts} | {name: b"x"}
        key = Home(node.home).private_key()
        archive.write(file, said, [archive.Content(n, len(c), lambda c=c: io.BytesIO(c)) for n, c in parts.items()], lambda seal: sign(key, seal))

    file = frozen("rd_intensity")
    with_part(file)
    found = verify(file)
    assert not found.holds and found.faults[0].part in (name, "manifest.json")
    assert not list(tmp_path.rglob("evil"))


def test_what_swells_is_refused_before_it_is_read(frozen, monkeypatch):
    from zhizao.node.bundle import thaw

    file = frozen("rd_intensity")
    monkeypatch.setattr(thaw, "SMALL", 1)
    monkeypatch.setattr(thaw, "SWELLING", 0)
    assert [f.part.startswith("facts/") for f in verify(file).faults] == [True]


def test_anchors_of_yaml_are_no_content(frozen, node):
    bomb = b"a: &a [x, x]\nb: [*a, *a]\n"
    found = verify(forged(frozen("rd_intensity:region:32:2022"), node.home, lambda n, c: bomb if n.endswith("/indicators/rd_intensity.yaml") else c))
    assert not found.holds and found.checked[0].why is not None


def test_what_is_no_bundle_is_told(tmp_path):
    (tmp_path / "b").write_bytes(b"no bundle")
    assert [f.part for f in verify(tmp_path / "b").faults] == ["manifest.json"]
    with pytest.raises(InputError):
        verify(tmp_path / "none")


def test_nothing_asked_for_is_the_scorecard_and_what_is_unknown_is_refused(node, tmp_path):
    made = bundle(node, tmp_path / "b", Wanted(), now())
    assert [c.kind for c in made.claims] == ["evaluation"]
    for wanted in (Wanted(("W-12345678",)), Wanted(("no_indicator",)), Wanted(loop=True)):
        with pytest.raises(InputError):
            bundle(node, tmp_path / "c", wanted, now())
    assert not (tmp_path / "c").exists()


def test_other_versions_are_told_and_everything_is_computed_all_the_same(frozen, monkeypatch):
    from zhizao.node.bundle import recompute

    file, here = frozen("rd_intensity"), recompute.program()
    monkeypatch.setattr(recompute, "program", lambda: here | {"duckdb": "0.1"})
    found = verify(file)
    assert found.holds and found.other_versions == (("duckdb", here["duckdb"], "0.1"),)
    assert replace(found, other_versions=()).holds
