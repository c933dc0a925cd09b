"""A bundle proves its figures on another machine, and no byte of it can be changed unnoticed."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from zhizao.errors import InputError, StoreDamaged, ZhizaoError
from zhizao.model.bundle import Claim
from zhizao.node.assemble import Node, open_node
from zhizao.node.bundle import container
from zhizao.node.bundle.claims import evaluation, values
from zhizao.node.bundle.freeze import freeze
from zhizao.node.bundle.recompute import verify
from zhizao.store.contract import Source
from zhizao.store.home import Home

AT = datetime(2026, 1, 5, tzinfo=UTC)
TRIALS = 300


def return_of(enterprise: int, year: int, nc: int) -> dict[str, str]:
    return {"enterprise": f"enterprise:{enterprise}", "year": str(year), "key_processes": "10", "nc_key_processes": str(nc)}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    made = open_node(tmp_path_factory.mktemp("home") / "home")
    edges = [{"entity": f"enterprise:{i}", "relation": "located_in", "parent": "nation:TEST"} for i in range(5)]
    made.store.append(made.library.records["membership"], pa.Table.from_pylist(edges), Source("edges"))
    rows = [return_of(i, year, i + year - 2020) for i in range(5) for year in (2020, 2021)]
    made.store.append(made.library.records["annual_return"], pa.Table.from_pylist(rows), Source("returns"))
    return made


@pytest.fixture(scope="module")
def bundle(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "evidence.zhb"
    freeze(node, [values("nc_rate:nation:TEST:2020..2021", ""), values("region_gerd:nation:CN:2022", ""), evaluation("", "")], file, AT)
    return file


def test_every_figure_comes_out_again_without_the_home_it_was_made_in(node: Node, bundle: Path, tmp_path: Path):
    away = tmp_path / "away.zhb"
    shutil.copy(bundle, away)
    home = node.home.with_name("elsewhere")
    node.home.rename(home)
    try:
        found = verify(away)
    finally:
        home.rename(node.home)
    assert found.is_equal and not found.is_trusted
    assert [f.claimed for f in found.figures if f.name.startswith("nc_rate nation:TEST")] == ["20.0000 percent", "30.0000 percent"]


def test_the_signer_is_proven_only_by_a_key_one_trusts(node: Node, bundle: Path, tmp_path: Path):
    assert verify(bundle, node.home / "keys" / "node.pub").is_trusted
    other = tmp_path / "other"
    Home(other).private_key()
    assert not verify(bundle, other / "keys" / "node.pub").is_trusted


def test_the_same_content_at_the_same_moment_is_the_same_file(node: Node, bundle: Path, tmp_path: Path):
    again = tmp_path / "again.zhb"
    freeze(node, [values("nc_rate:nation:TEST:2020..2021", ""), values("region_gerd:nation:CN:2022", ""), evaluation("", "")], again, AT)
    assert again.read_bytes() == bundle.read_bytes()


def test_it_holds_only_what_was_read_and_no_private_key(node: Node, tmp_path: Path):
    file = tmp_path / "few.zhb"
    freeze(node, [values("nc_rate:nation:TEST:2020", "")], file, AT)
    container.unpack(file, tmp_path / "in")
    segments = {path.parent.name for path in (tmp_path / "in" / "home" / "facts").rglob("*.parquet")}
    assert segments == {"annual_return", "membership", "published_figure"}  # measure shows published series beside the computed one
    assert not list((tmp_path / "in").rglob("*.key")) and b"PRIVATE" not in file.read_bytes()


@pytest.mark.parametrize("kind", ["flipped", "cut", "appended", "swapped"])
def test_no_change_of_any_byte_goes_unnoticed(kind: str, bundle: Path, tmp_path: Path):
    whole, random, changed = bundle.read_bytes(), Random(kind), tmp_path / "changed.zhb"
    for trial in range(TRIALS // 4):
        changed.write_bytes(_changed(kind, whole, random))
        with pytest.raises((StoreDamaged, InputError)):
            container.unpack(changed, tmp_path / str(trial))
        shutil.rmtree(tmp_path / str(trial), ignore_errors=True)


def _changed(kind: str, whole: bytes, random: Random) -> bytes:
    at = random.randrange(len(whole))
    if kind == "flipped":
        return whole[:at] + bytes([whole[at] ^ (1 << random.randrange(8))]) + whole[at + 1 :]
    if kind == "cut":
        return whole[:at]
    if kind == "appended":
        return whole + random.randbytes(random.randrange(1, 100))
    one, other, size = random.randrange(len(whole) // 2), random.randrange(len(whole) // 2, len(whole) - 64), 64
    return whole[:one] + whole[other : other + size] + whole[one + size : other] + whole[one : one + size] + whole[other + size :]


def test_a_flipped_byte_is_named_by_its_part(bundle: Path, tmp_path: Path):
    whole = bundle.read_bytes()
    bundle_changed = tmp_path / "changed.zhb"
    bundle_changed.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(StoreDamaged, match="packs/"):
        verify(bundle_changed)


def test_a_fact_replaced_by_someone_with_a_key_of_his_own_is_found_by_its_seal(node: Node, bundle: Path, tmp_path: Path):
    said, files = _opened(bundle, tmp_path)
    segment = next(name for name in files if "annual_return" in name and name.endswith(".parquet"))
    files[segment].write_bytes(files[next(name for name in files if "membership" in name and name.endswith(".parquet"))].read_bytes())
    with pytest.raises(StoreDamaged, match="does not match its seal"):
        verify(_forged(said, files, node.home, tmp_path))


def test_whoever_signs_anew_with_another_key_is_not_the_node_that_stored_the_facts(bundle: Path, tmp_path: Path):
    said, files = _opened(bundle, tmp_path)
    forger = tmp_path / "forger"
    Home(forger).private_key()
    said["key"] = (forger / "keys" / "node.pub").read_text("ascii")
    with pytest.raises(ZhizaoError, match="not the node"):
        verify(_forged(said, files, forger, tmp_path))
    files["home/node.pub"] = forger / "keys" / "node.pub"
    with pytest.raises(StoreDamaged, match="not signed by this node"):
        verify(_forged(said, files, forger, tmp_path))


def test_a_claim_that_is_not_what_the_facts_give_differs(node: Node, bundle: Path, tmp_path: Path):
    said, files = _opened(bundle, tmp_path)
    said["claims"][0]["answer"][0]["value"] = "99.0000"
    found = verify(_forged(said, files, node.home, tmp_path))
    assert [(f.outcome, f.claimed) for f in found.figures if f.outcome != "equal"] == [("differs", "99.0000 percent")]


def test_a_definition_that_was_changed_is_seen(node: Node, bundle: Path, tmp_path: Path):
    said, files = _opened(bundle, tmp_path)
    formula = next(path for name, path in files.items() if name.endswith("indicators/nc_rate.yaml"))
    formula.write_text(formula.read_text("utf-8").replace("mean over enterprise of (sum(nc_key", "2 * mean over enterprise of (sum(nc_key"), "utf-8")
    found = verify(_forged(said, files, node.home, tmp_path))
    assert not found.is_equal and any("definition" in f.found for f in found.figures if f.outcome == "differs")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "home/../../x", "a\\b", "."])
def test_no_part_is_written_outside_its_folder(name: str, node: Node, tmp_path: Path):
    content, file = tmp_path / "content", tmp_path / "hostile.zhb"
    content.write_bytes(b"x")
    with file.open("wb") as out:
        container.write(out, {"form": 1, "key": (node.home / "keys" / "node.pub").read_text("ascii")}, {name: content}, Home(node.home).sign)
    with pytest.raises(StoreDamaged, match="cannot be"):
        container.unpack(file, tmp_path / "in")


def test_what_is_no_bundle_is_told_in_a_line(tmp_path: Path):
    for content in (b"", b"zhizao bundle 1\n", b"PK\x03\x04", container.MAGIC + (1 << 60).to_bytes(8, "big")):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ZhizaoError):
            verify(tmp_path / "x")


def test_an_unknown_kind_of_claim_asks_for_a_newer_program(node: Node, tmp_path: Path):
    with pytest.raises(InputError, match="no claim of the kind"):
        freeze(node, [("poem", {})], tmp_path / "x.zhb", AT)
    assert not (tmp_path / "x.zhb").exists()


def test_claims_are_data(bundle: Path, tmp_path: Path):
    said, _ = _opened(bundle, tmp_path)
    assert [Claim(**one).said for one in said["claims"]] == said["claims"]


def _opened(bundle: Path, tmp_path: Path) -> tuple[dict, dict[str, Path]]:
    said = container.unpack(bundle, tmp_path / "open")
    files = {path.relative_to(tmp_path / "open").as_posix(): path for path in sorted((tmp_path / "open").rglob("*")) if path.is_file()}
    return json.loads(json.dumps(said)), files


def _forged(said: dict, files: dict[str, Path], home: Path, tmp_path: Path) -> Path:
    file = tmp_path / "forged.zhb"
    with file.open("wb") as out:
        container.write(out, said, files, Home(home).sign)
    return file
