"""Loading: names are resolved over packs, what is broken is left out, the rest stays."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pack.small_pack import FILES, codes, loaded, write
from zhizao.pack.fingerprint import fingerprint
from zhizao.pack.lint import lint
from zhizao.pack.load import builtin_folders, load


def test_a_clean_pack_has_no_finding(tmp_path: Path) -> None:
    library = loaded(tmp_path)
    assert library.findings == () and set(library.packs) == {"kernel", "small"}


def test_a_needed_pack_is_loaded_with_it(tmp_path: Path) -> None:
    assert "published_figure" in loaded(tmp_path).records


def test_a_need_that_nobody_meets_is_a_finding(tmp_path: Path) -> None:
    library = loaded(tmp_path, {"pack.yaml": FILES["pack.yaml"].replace("[kernel]", "[kernel, nowhere]")})
    assert codes(library) == ["needs"] and "nowhere" in library.findings[0].message.en


def test_packs_that_need_each_other_load_with_a_finding(tmp_path: Path) -> None:
    a = write(tmp_path / "a", {"pack.yaml": FILES["pack.yaml"].replace("[kernel]", "[b]").replace("small", "a")})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "pack.yaml").write_text("id: b\nversion: 1\ntitle: {zh: 乙, en: B}\nneeds: [a]\n", encoding="utf-8")
    assert "needs" in codes(load([a, tmp_path / "b"]))


def test_a_folder_without_pack_yaml_is_a_finding(tmp_path: Path) -> None:
    library = load([tmp_path])
    assert codes(library) == ["no_file"] and library.packs == {}


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith(".yaml")])
def test_a_broken_file_leaves_the_rest_standing(tmp_path: Path, name: str) -> None:
    library = loaded(tmp_path, {name: "{ broken"})
    assert any(f.place.file.endswith(name) and f.code == "yaml" for f in library.blocking)
    assert name == "pack.yaml" or "kernel" in library.packs


def test_a_missing_language_is_a_finding_and_the_other_stands_in(tmp_path: Path) -> None:
    library = loaded(tmp_path, {"indicators/spending_rate.yaml": FILES["indicators/spending_rate.yaml"].replace(", en: Spending rate", "")})
    assert [(f.code, f.place.line) for f in library.findings] == [("no_en", 2)]
    assert library.indicators["spending_rate"].name.en == "支出率"


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path: Path) -> None:
    library = loaded(tmp_path, {"indicators/spending_rate.yaml": FILES["indicators/spending_rate.yaml"] + "wieght: revenue\n"})
    finding = next(f for f in library.findings if f.code == "shape")
    assert (finding.cure.en, finding.place.line) == ("write weight", 12)


def test_equal_names_of_two_packs_are_written_with_their_pack(tmp_path: Path) -> None:
    one = write(tmp_path / "one")
    two = write(tmp_path / "two", {"pack.yaml": FILES["pack.yaml"].replace("small", "two"), "plan.yaml": None, "targets.csv": None})
    library = load([one, two])
    assert {"small.spending_rate", "two.spending_rate"} <= set(library.indicators)
    assert library.indicators["two.spending_rate"].record == "two.plant_year"
    assert {t.indicator for t in library.targets} == {"small.spending_rate"}


def test_no_pack_takes_a_name_of_the_base_pack(tmp_path: Path) -> None:
    entity = FILES["records/plant_year.yaml"].replace("plant_year", "entity")
    library = loaded(tmp_path, {"records/entity.yaml": entity})
    assert library.records["entity"].pack == "kernel" and library.records["small.entity"].pack == "small"


def test_the_same_pack_twice_is_a_finding(tmp_path: Path) -> None:
    assert "same_name" in codes(load([write(tmp_path / "a"), write(tmp_path / "b")]))


def test_a_name_of_a_pack_that_is_not_needed_is_doubted(tmp_path: Path) -> None:
    owner = write(tmp_path / "owner")
    user = write(tmp_path / "user", {
        "pack.yaml": FILES["pack.yaml"].replace("small", "user"), "records/plant_year.yaml": None, "plan.yaml": None, "targets.csv": None,
        "indicators/spending_rate.yaml": None, "indicators/spending_rate.test.yaml": None,
        "indicators/rate.yaml": FILES["indicators/spending_rate.yaml"].replace("spending_rate", "rate").replace("goals: [t1]\nnumber: 1\n", ""),
        "indicators/rate.test.yaml": FILES["indicators/spending_rate.test.yaml"],
    })  # fmt: skip
    assert codes(load([owner, user])) == ["needs"]


def test_the_definition_changes_with_what_decides_the_value_and_with_nothing_else(tmp_path: Path) -> None:
    text = FILES["indicators/spending_rate.yaml"]
    variants = {
        "same": text, "spaced": text.replace("sum(spending) /", "sum( spending )  /"), "renamed": text.replace("Spending rate", "Rate"),
        "unit": text.replace("unit: percent", "unit: ratio"), "missing": text + "missing: each\n", "zero": text.replace("undefined", "one"),
    }  # fmt: skip
    made = {
        name: loaded(tmp_path / name, {"indicators/spending_rate.yaml": t, "targets.csv": None}).indicators["spending_rate"].definition
        for name, t in variants.items()
    }
    assert made["same"] == made["spaced"] == made["renamed"]
    assert len({made["same"], made["unit"], made["missing"], made["zero"]}) == 4


def test_a_library_survives_pickling(tmp_path: Path) -> None:
    library = loaded(tmp_path)
    assert pickle.loads(pickle.dumps(library)) == library


def test_the_fingerprint_follows_every_file_and_not_the_place(tmp_path: Path) -> None:
    one, two = write(tmp_path / "x" / "p"), write(tmp_path / "y" / "p")
    before = fingerprint([one])
    assert before == fingerprint([two])
    (two / "targets.csv").write_text("indicator\n", encoding="utf-8")
    assert fingerprint([two]) != before
    (one / "new.md").write_text("", encoding="utf-8")
    assert fingerprint([one]) != before


def test_asking_for_folders_and_fingerprint_imports_nothing_heavy() -> None:
    code = (
        "import sys; from zhizao.pack.load import builtin_folders; from zhizao.pack.fingerprint import fingerprint;"
        "fingerprint(builtin_folders()); print([m for m in ('pydantic', 'yaml', 'lark', 'pint', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}, check=True)
    assert done.stdout.strip() == "[]"


def test_lint_takes_folders_or_a_library(tmp_path: Path) -> None:
    library = loaded(tmp_path, {"indicators/spending_rate.test.yaml": None})
    assert lint(library) == lint([tmp_path]) and codes(library) == ["no_test"]


def test_the_shipped_packs_have_no_blocking_finding() -> None:
    library = load(builtin_folders())
    assert library.blocking == () and "kernel" in library.packs


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(FILES)), cut=st.integers(0, 2000), junk=st.binary(max_size=12))
def test_no_damage_to_any_file_raises(tmp_path: Path, name: str, cut: int, junk: bytes) -> None:
    write(tmp_path)
    data = FILES[name].encode()
    (tmp_path / name).write_bytes(data[: cut % (len(data) + 1)] + junk + data[(cut + 3) % (len(data) + 1) :])
    assert "kernel" in load([tmp_path]).packs or name == "pack.yaml"
