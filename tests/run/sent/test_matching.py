"""Whether two panes read a prompt in the same tokens."""

import pytest

from alignscope.backends.base import TokenTable
from alignscope.model.lineup.pane import Mode
from alignscope.run.sent.matching import Reading, compare_tokens
from alignscope.run.sent.pane import Match, ModelFacts, SentPane

FIRST, OTHER = TokenTable("a", 32_000), TokenTable("b", 32_000)


def pane(name: str, label: str, digest: str = "") -> SentPane:
    facts = ModelFacts(digest=digest)
    return SentPane(pane=name, model="m", mode=Mode.CHAT, server="http://x", label=label, facts=facts)


@pytest.mark.parametrize(
    ("one", "other", "match", "evidence"),
    [
        (Reading(table=FIRST), Reading(table=FIRST), Match.ALIKE, "both files have the same 32,000 tokens"),
        (Reading([b"a"]), Reading([b"a"]), Match.ALIKE, "this prompt is the same 1 token in both"),
        (Reading([b"a"]), Reading([b"b"]), Match.DIFFERENT, "this prompt is split into other 1 token"),
        (Reading([b"ab"]), Reading([b"a", b"b"]), Match.DIFFERENT, "this prompt is 2 tokens here and 1 token there"),
        (Reading([b"a"], table=FIRST), Reading([b"b"], table=FIRST), Match.DIFFERENT, "this prompt is split"),
        (Reading([b"a"], table=FIRST), Reading([b"a"]), Match.ALIKE, "this prompt is the same 1 token in both"),
        (Reading(table=FIRST), Reading(), Match.UNKNOWN, "other's doesn't tell in which tokens"),
        (Reading(), Reading(table=FIRST), Match.UNKNOWN, "one's doesn't tell in which tokens"),
        (Reading([b"a"]), Reading(None, [1]), Match.UNKNOWN, "one's and other's tell of tokens in different ways"),
    ],
)
def test_what_the_servers_tell_is_compared(one: Reading, other: Reading, match: Match, evidence: str) -> None:
    found = compare_tokens(pane("base", "one's"), pane("instruct", "other's"), (one, other))
    assert (found.match, found.other) == (match, "base")
    assert found.evidence.startswith(evidence)


def test_one_file_has_one_tokenizer_and_two_unknown_ones_may_not() -> None:
    same = compare_tokens(pane("base", "x", "1f"), pane("instruct", "x", "1f"), (Reading(), Reading()))
    assert (same.match, same.evidence) == (Match.ALIKE, "both ask the same model file")
    assert compare_tokens(pane("base", "x"), pane("instruct", "x"), (Reading(), Reading())).match is Match.UNKNOWN


def test_files_with_other_tokens_may_read_a_short_prompt_alike() -> None:
    read = Reading([b"a"], table=FIRST), Reading([b"a"], table=OTHER)
    found = compare_tokens(pane("base", "x"), pane("instruct", "x"), read)
    assert found.match is Match.DIFFERENT
    assert found.evidence == (
        "this prompt is the same 1 token in both, but their files' 32,000 tokens for text aren't the same, or join "
        "otherwise"
    )
