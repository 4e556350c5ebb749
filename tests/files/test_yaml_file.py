"""YAML files of a person's: what they may hold, and how they are told to be wrong."""

import os
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from alignscope.files.yaml_file import FileError, convert, load


class Item(msgspec.Struct):
    name: str
    size: int = 0


class Whole(msgspec.Struct):
    title: str
    colour: Literal["", "red", "blue"] = ""
    items: tuple[Item, ...] = ()
    named: dict[str, dict[str, Any]] = {}
    by_name: dict[str, float] = {}


def refused(path: Path, content: str | bytes) -> list[str]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(FileError) as caught:
        convert(load(path), Whole)
    assert str(caught.value).isprintable()
    return list(caught.value.problems)


def test_what_is_right_becomes_the_type(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("\ufefftitle: no\nitems: [{name: '1', size: 010}]\nby_name: {x.y: 1e-3}\ncolour:\n", "utf-8")
    assert convert(load(path), Whole) == Whole("no", items=(Item("1", 10),), by_name={"x.y": 0.001})
    path.write_text("- name: x\n- name: y\n")
    assert convert(load(path), tuple[Item, ...]) == (Item("x"), Item("y"))


def test_all_that_is_wrong_is_told_with_line_and_field(tmp_path: Path) -> None:
    content = (
        "titel: x\ncolour: green\nitems:\n- name: 1\n- {size: [], \x7f: 1}\n- 7\nnamed: {a: b}\nby_name:\n  x.y: on\n"
    )
    assert refused(tmp_path / "a.yaml", content.replace("\x7f", '"\\e"')) == [
        "a.yaml, line 1: titel: is unknown; did you mean title? There are title, colour, items, named, by_name",
        "a.yaml: title: is missing",
        "a.yaml, line 2: colour: can't be green; there are red, blue",
        "a.yaml, line 4: items[1].name: must be text, not a whole number",
        "a.yaml, line 5: items[2].\ufffd: is unknown; there are name, size",
        "a.yaml, line 5: items[2].name: is missing",
        "a.yaml, line 5: items[2].size: must be a whole number, not a list",
        "a.yaml, line 6: items[3]: must be `name: value` lines, not a whole number",
        "a.yaml, line 7: named.a: must be `name: value` lines, not text",
        "a.yaml, line 9: by_name.x.y: must be a number, not text",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"title: \xff\n", "a.yaml, line 1: is not UTF-8"),
        (b"title: x\nb: [\n", "a.yaml, line 3: not YAML: did not find expected node content"),
        (b"title: x\ntitle: y\n", "a.yaml, line 2: title: the field is there twice"),
        (b"a: &a [x, x]\nb: [*a, *a]\n", "a.yaml, line 1: a: anchors are not allowed"),
        (b"a: " + b"[" * 30, f"a.yaml, line 1: a{'[1]' * 23}: nested too deep"),
        (b"#" * 2_000_000, "a.yaml can't be read: it is larger than 1 MB"),
        (b"- 1\n", "a.yaml: must be `name: value` lines, not a list"),
    ],
)
def test_what_is_no_file_of_this_sort_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    assert refused(tmp_path / "a.yaml", content) == [told]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for path, why in (("pipe", "not a regular file"), ("zero", "not a regular file"), ("none", "No such file")):
        with pytest.raises(FileError, match=f"{path} can't be read: .*{why}"):
            load(tmp_path / path)


def test_a_folder_without_a_name_is_named_all_the_same() -> None:
    with pytest.raises(FileError, match=r"^\. can't be read: "):
        load(Path())
