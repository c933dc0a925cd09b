"""Who may import whom: each layer only those below it, and each engine in one place."""

from __future__ import annotations

import sys

import pytest

LAYERS = (
    ("cli", "testbed", "__main__"),
    ("node", "checks"),
    ("sense", "measure", "judge", "decide", "act", "show"),
    ("store",),
    ("pack",),
    ("model", "errors"),
)
"""Top to bottom; each stage imports lower layers and itself. Only the stages of the loop never import each other."""

TOGETHER = (0, 1)
"""Layers whose members may import each other."""

ONE_PLACE = {
    "duckdb": "store/engines/",
    "deltalake": "store/",
    "lark": "pack/",
    "pint": "pack/",
    "pydantic": "pack/",
    "typst": "show/",
    "jinja2": "show/",
    "click": "cli/",
    "openpyxl": "store/",
    "cryptography": "store/",
    "scipy": ("judge/", "decide/"),
    "ortools": "decide/",
    "asyncua": ("sense/connectors/opcua/", "act/sinks/opcua.py"),
    "pymodbus": ("sense/connectors/modbus/", "act/sinks/modbus.py"),
    "lxml": "sense/connectors/mtconnect/",
    "paho": ("sense/connectors/", "act/sinks/sparkplug.py"),
    "google": "sense/connectors/sparkplug/",
    "fastapi": "show/api/",
    "prometheus_client": "show/api/",
    "uvicorn": "node/",
}
"""Third-party engines and the one folder, in one module of which each is imported; what speaks a protocol listens in one place and sends in another."""

IN_ONE_MODULE = ("duckdb", "deltalake", "pint", "typst", "openpyxl")


def layer_of(stage: str) -> int:
    return next((i for i, layer in enumerate(LAYERS) if stage in layer), -1)


def test_every_folder_of_the_package_belongs_to_a_layer(sources):
    strange = {s.stage for s in sources} - {stage for layer in LAYERS for stage in layer} - {"__init__"}
    assert not strange, f"name the layer of {strange} in LAYERS"


def test_each_layer_imports_only_the_layers_below_it(sources):
    broken = [
        f"{s.name}:{line} imports {module}"
        for s in sources
        for module, line in s.imports()
        if module.startswith("zhizao.") and not allowed(s.stage, module.split(".")[1])
    ]
    assert not broken, "\n".join(broken)


def allowed(stage: str, other: str) -> bool:
    mine, theirs = layer_of(stage), layer_of(other)
    if theirs == -1 or stage == other:  # the version, which the package itself states, or one's own folder
        return True
    return theirs > mine or (theirs == mine and mine in TOGETHER) or {stage, other} <= {"model", "errors"}


def test_the_model_imports_nothing_from_outside_the_standard_library(sources):
    outside = [
        f"{s.name}:{line} imports {module}"
        for s in sources
        for module, line in s.imports()
        if s.stage in ("model", "errors") and module.split(".")[0] not in {*sys.stdlib_module_names, "zhizao"}
    ]
    assert not outside, "\n".join(outside)


@pytest.mark.parametrize("engine", ONE_PLACE)
def test_an_engine_is_imported_in_its_one_folder(engine, sources):
    where = {s.name for s in sources for module, _ in s.imports() if module.split(".")[0] == engine}
    assert all(name.startswith(ONE_PLACE[engine]) for name in where), where
    if engine in IN_ONE_MODULE:
        assert len(where) <= 1, f"{engine} is imported in {sorted(where)}"


def test_queries_are_written_only_where_facts_are_read(sources):
    where = {s.stage for s in sources for module, _ in s.imports() if module.split(".")[0] == "ibis"}
    assert where <= {"store", "measure", "node", "checks"}, where


def test_nothing_reads_the_clock_below_the_rim(sources):
    pure = ("model", "pack", "measure", "judge", "decide", "show")
    broken = [
        f"{s.name}: {word}" for s in sources if s.stage in pure for word in ("datetime.now(", "date.today(", "time.time(", "utcnow(") if word in s.text
    ]
    assert not broken, broken
