"""The journal: lines that outlive the process, torn ones passed over, and who may read them."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tui.journal import Entry, Journal, Unwritable
from tui.model.plan import Target

AUTH = Target("Deployment", "services", "auth", "uid-auth", "digest")
ASKED = Entry(1790000000.25, "one", "asked", "ann", "production", "restart", AUTH, "Restart auth")


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    done = replace(ASKED, phase="outcome", before="14", outcome="accepted")
    journal.append(ASKED)
    journal.append(done)
    assert list(Journal(tmp_path / "state").entries()) == [ASKED, done]


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    journal.append(ASKED)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_text_from_a_cluster_stays_one_line_without_controls(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entry = replace(ASKED, outcome="failed: \x1b[31mred\nsecond line \u202e")
    journal.append(entry)
    raw = journal.path.read_bytes()
    assert raw.count(b"\n") == 1
    assert b"\x1b" not in raw
    assert list(journal.entries()) == [entry]


def test_a_torn_line_does_not_swallow_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(ASKED)
    with journal.path.open("ab") as file:
        file.write(b'{"when": "2026-')
    later = replace(ASKED, id="two")
    journal.append(later)
    assert list(journal.entries()) == [ASKED, later]


def test_lines_of_another_shape_are_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.path.write_text('[]\nnull\n{"when": 1}\n' + json.dumps({"when": "2026-01-01T00:00:00"}) + "\n")
    assert list(journal.entries()) == []
    assert list(Journal(tmp_path / "nowhere").entries()) == []


def test_open_deeds_are_those_without_an_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(ASKED)
    journal.append(replace(ASKED, phase="end"))
    left = replace(ASKED, id="two", phase="left")
    journal.append(replace(ASKED, id="two"))
    journal.append(left)
    assert journal.open_deeds() == [left]


def test_a_journal_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    journal = Journal(tmp_path / "state")
    with pytest.raises(Unwritable, match="the journal can't be used"):
        journal.check()
    with pytest.raises(Unwritable):
        journal.append(ASKED)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    journal.path.parent.mkdir()
    journal.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unwritable):
        journal.append(ASKED)
    assert not (tmp_path / "elsewhere").exists()
