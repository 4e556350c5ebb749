"""The person's own keys: what is taken, what isn't, and in which words that is told."""

from collections.abc import Mapping

import pytest

from alignscope.ui.keymap import SETS, actions, check


def test_no_two_actions_share_a_key_where_both_work() -> None:
    assert check("", {action: binding.key for action, binding in actions().items()})[1] == []


@pytest.mark.parametrize("name", SETS)
def test_a_set_that_comes_along_has_no_clash(name: str) -> None:
    keys, problems = check(name, SETS[name])
    assert problems == []
    assert keys.keys() == SETS[name].keys()
    assert {action: binding.key for action, binding in actions(name).items()}.items() >= keys.items()


def test_keys_are_taken_however_they_are_written() -> None:
    keys, problems = check(
        "", {"explorer.again": "f11, ctrl+r", "explorer.help": "?", "explorer.zoom": ",", "explorer.even": "%"}
    )
    assert problems == [
        "keys.explorer.zoom: comma belongs to explorer.pane-before (Pane before), so explorer.zoom keeps its own keys."
    ]
    assert keys == {"explorer.again": "f11,ctrl+r", "explorer.help": "question_mark", "explorer.even": "percent_sign"}


def test_two_actions_may_change_places() -> None:
    wanted = {"explorer.zoom": "s", "explorer.split": "z"}
    assert check("", wanted) == (wanted, [])


def test_own_keys_go_over_those_of_the_set() -> None:
    keys, problems = check("vim", {"explorer.link": "L,f14"})
    assert problems == []
    assert keys["explorer.link"] == "L,f14"
    assert keys["explorer.pane-before"] == "h"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"explorer.zom": "x"}, "keys.explorer.zom: there is no such action; explorer.zoom is near"),
        ({"explorer.zoom": "frobnicate"}, "keys.explorer.zoom: ‘frobnicate’ is no key"),
        ({"explorer.zoom": "Ctrl+y"}, "is no key; what stands before a + is one of alt, ctrl"),
        ({"explorer.zoom": " "}, "no key is named"),
        ({"explorer.zoom": "ctrl+i"}, "terminals send tab for ctrl+i"),
        ({"explorer.zoom": "shift+q"}, "terminals send Q for shift+q"),
        ({"explorer.zoom": "ctrl+q"}, "ctrl+q always quits"),
        ({"explorer.zoom": "f5"}, "f5 belongs to explorer.again (Again), so explorer.zoom keeps its own keys."),
        ({"explorer.zoom": "H", "explorer.link": "H"}, "H belongs to explorer.zoom (Zoom), so explorer.link keeps"),
        ({"prompt.newline": "ctrl+n"}, "ctrl+n belongs to explorer.context"),
    ],
)
def test_what_can_not_be_is_told_and_left_out(keys: Mapping[str, str], told: str) -> None:
    good, problems = check("", keys)
    assert len(problems) == 1
    assert told in problems[0]
    assert len(good) == len(keys) - 1


def test_a_set_that_is_not_there_is_told() -> None:
    assert check("emacs", {}) == ({}, ["keymap: no set of keys is called emacs; there are standard, vim."])
