"""The built wheel is what people install: it holds the packs and runs on its own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile

import pytest

from tests.house.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    unpacked = folder / "unpacked"
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(unpacked)
    return unpacked


def test_the_wheel_holds_every_file_of_every_pack(wheel):
    ours = {f.relative_to(ROOT / "packs") for f in (ROOT / "packs").rglob("*") if f.is_file()}
    assert {f.relative_to(wheel / "zhizao" / "packs") for f in (wheel / "zhizao" / "packs").rglob("*") if f.is_file()} == ours


def test_the_wheel_holds_grammar_templates_and_the_example(wheel):
    for pattern in ("pack/**/*.lark", "node/example_pack/pack.yaml", "py.typed"):
        assert list((wheel / "zhizao").glob(pattern)), pattern


def test_the_installed_program_lints_its_own_packs(wheel, tmp_path):
    command = [sys.executable, "-m", "zhizao", "--home", str(tmp_path), "lint"]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(wheel)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
