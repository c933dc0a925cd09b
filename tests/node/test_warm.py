"""An answer is kept as long as nothing it depends on has changed."""

from __future__ import annotations

import pytest

from zhizao.node import warm


class FakeStore:
    """A store of which only the fingerprint matters."""

    state = "empty"

    def fingerprint(self) -> str:
        """The state."""
        return self.state


@pytest.fixture
def store(monkeypatch):
    """A store whose fingerprint tests can change, and no packs."""
    fake = FakeStore()
    monkeypatch.setattr(warm, "open_store", lambda home: fake)
    monkeypatch.setattr(warm, "folders_of", lambda home: ())
    return fake


def ask(home, question, computed, open_node=lambda: None):
    def compute(node):
        computed.append(question)
        return f"answer to {question}"

    return warm.answer(home, question, compute, open_node)


def test_the_same_question_is_computed_once(store, tmp_path):
    computed: list[object] = []
    assert [ask(tmp_path, ("a",), computed) for _ in range(3)] == ["answer to ('a',)"] * 3
    assert len(computed) == 1


def test_new_facts_and_other_questions_are_computed_anew(store, tmp_path):
    computed: list[object] = []
    ask(tmp_path, ("a",), computed)
    ask(tmp_path, ("b",), computed)
    store.state = "one batch more"
    ask(tmp_path, ("a",), computed)
    assert computed == [("a",), ("b",), ("a",)]


def test_facts_stored_while_opening_count_as_known(store, tmp_path):
    computed: list[object] = []

    def supply():
        store.state = "supplied"

    ask(tmp_path, ("a",), computed, supply)
    ask(tmp_path, ("a",), computed)
    assert len(computed) == 1


def test_an_answer_during_which_facts_came_in_is_not_kept(store, tmp_path):
    def compute(node):
        store.state += "+"
        return "half seen"

    assert warm.answer(tmp_path, ("a",), compute, lambda: None) == "half seen"
    store.state = "empty"
    computed: list[object] = []
    ask(tmp_path, ("a",), computed)
    assert computed


def test_an_answer_saved_while_something_is_forgotten_is_not_kept(store, tmp_path, monkeypatch):
    def save_late(folder, name, result):
        warm.drop_answers(tmp_path)
        store.state = "forgotten"
        save(folder, name, result)

    save = warm.cache.save
    monkeypatch.setattr(warm.cache, "save", save_late)
    assert ask(tmp_path, ("a",), []) == "answer to ('a',)"
    assert not (tmp_path / warm.FOLDER).exists()
