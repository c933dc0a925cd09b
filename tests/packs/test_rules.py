"""The rules that are shipped: each stays silent on a sound recording, and speaks in time on a faulty one."""

from __future__ import annotations

from tests.packs.conftest import PACKS
from zhizao.checks import rules
from zhizao.node.assemble import open_store
from zhizao.pack.load import load

FOLDERS = [folder for folder in sorted(PACKS.iterdir()) if (folder / "pack.yaml").is_file()]
PROMISED = {
    "target_in_danger", "coverage_drop", "unusual_revision", "pooled_against_within", "overcapacity", "contradictory_return", "repeated_return", "implausible_jump",
    "invented_digits", "late_action", "scrap_above_baseline", "energy_above_baseline", "machine_silent",
}  # fmt: skip


def test_every_shipped_rule_is_silent_and_speaks_as_its_test_says():
    library = load(FOLDERS)
    assert set(library.rules) >= PROMISED
    assert [(o.indicator, o.case, o.message.en) for o in rules.run(library, FOLDERS, open_store) if o.message] == []


def test_no_shipped_rule_has_a_finding():
    assert [f.line("en") for f in load(FOLDERS).findings if "/rules/" in f.place.file] == []
