"""Every connector goes through the same checks, and its tier is what they say."""

from __future__ import annotations

from functools import partial

import pytest

from tests.sense.rigs.file import csv_files, shdr_files
from tests.sense.rigs.mtconnect import mtconnect
from tests.sense.rigs.shdr import shdr
from zhizao.checks.connectors import examined

RIGS = {
    "mtconnect": (mtconnect, "gold"),
    "mtconnect, asked again and again": (partial(mtconnect, stream="no"), "gold"),
    "shdr": (shdr, "silver"),
    "files of shdr": (shdr_files, "gold"),
    "files of csv": (csv_files, "gold"),
}


@pytest.mark.parametrize("name", RIGS)
def test_a_connector_passes_the_checks_and_reaches_its_tier(name, tmp_path):
    make, expected = RIGS[name]
    evidence = examined(make, tmp_path)
    assert not evidence.failed
    assert evidence.tier == expected
