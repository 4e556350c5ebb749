"""What a terminal sends arrives: every action has a key that does everywhere, and what is pasted is text alone."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from textual import events
from textual.keys import key_to_character

from alignscope.ui.keymap import SETS, actions
from alignscope.ui.pasting import PasteParser
from tests.waiting import HANGS

# What each terminal sends, as `infocmp -x` of ncurses 6.4 writes it, less what another table here has already.
FUNCTION_KEYS = {
    "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
    "f11": "\x1b[23~", "f12": "\x1b[24~",
}  # fmt: skip
VT100_KEYS = {"f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS"}
PAGES = {"pageup": "\x1b[5~", "pagedown": "\x1b[6~"}
CURSOR = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D"}
APPLICATION = {"up": "\x1bOA", "down": "\x1bOB", "right": "\x1bOC", "left": "\x1bOD"}
"""The arrows in application mode, which is what terminfo has for most; a program that doesn't ask gets the others."""
SHIFTED = {"shift+left": "\x1b[1;2D", "shift+right": "\x1b[1;2C"}
CONTROLLED = {"ctrl+left": "\x1b[1;5D", "ctrl+right": "\x1b[1;5C"}
COMMON = {"backspace": "\x7f", "shift+tab": "\x1b[Z", **PAGES, **APPLICATION, **FUNCTION_KEYS}
SENT: Mapping[str, Mapping[str, str]] = {
    "xterm-256color": {**COMMON, **VT100_KEYS, **SHIFTED, **CONTROLLED, "home": "\x1bOH", "end": "\x1bOF"},
    "screen-256color": {**COMMON, **VT100_KEYS, "home": "\x1b[1~", "end": "\x1b[4~"},
    "tmux-256color": {**COMMON, **VT100_KEYS, **SHIFTED, **CONTROLLED, "home": "\x1b[1~", "end": "\x1b[4~"},
    "linux": {
        **COMMON, **CURSOR, "home": "\x1b[1~", "end": "\x1b[4~", "shift+tab": "\x1b\t",
        "f1": "\x1b[[A", "f2": "\x1b[[B", "f3": "\x1b[[C", "f4": "\x1b[[D", "f5": "\x1b[[E",
    },
    "nsterm": {**COMMON, **VT100_KEYS, **SHIFTED, **CONTROLLED, "home": "\x1bOH", "end": "\x1bOF"},
    "putty": {
        **COMMON, "home": "\x1b[1~", "end": "\x1b[4~",
        "f1": "\x1b[11~", "f2": "\x1b[12~", "f3": "\x1b[13~", "f4": "\x1b[14~",
    },
    "vt220": {
        **{key: sent for key, sent in FUNCTION_KEYS.items() if key != "f5"},
        **VT100_KEYS, **CURSOR, **PAGES, "backspace": "\x08",
    },
}  # fmt: skip
EVERYWHERE = {
    "enter": "\r", "tab": "\t", "escape": "\x1b", "space": " ", "minus": "-", "plus": "+", "slash": "/",
    "backslash": "\\",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefgjklnopqrstuvwxyz"},
}  # fmt: skip
"""What all of them send alike. Of ctrl+h, ctrl+i and ctrl+m nothing can be told: they are other keys."""
SWALLOWED = {
    "ctrl+a": "GNU screen", "ctrl+b": "tmux", "ctrl+s": "flow control", "ctrl+q": "flow control",
    "ctrl+v": "Windows Terminal, which pastes",
    "home": "macOS's Terminal, which scrolls", "end": "macOS's Terminal, which scrolls",
    "pageup": "macOS's Terminal, which scrolls", "pagedown": "macOS's Terminal, which scrolls",
    "ctrl+left": "macOS, which changes desks", "ctrl+right": "macOS, which changes desks",
    **{f"f{number}": "desktops, and keyboards that dim the screen instead" for number in range(1, 13)},
}  # fmt: skip
"""Keys that may never arrive, with who keeps them: an action needs another beside them."""


def sent_by(terminal: str, key: str) -> str | None:
    """The bytes of a key, None when the terminal has no way to send it."""
    if key in EVERYWHERE:
        return EVERYWHERE[key]
    return SENT[terminal].get(key) or (key_to_character(key) if "+" not in key else None)


def arrives(sent: str) -> list[str]:
    """The keys that the program sees."""
    parser = PasteParser()
    found = [*parser.feed(sent), *parser.feed("")]  # the end of input, which tells escape from what begins with it
    return [event.key for event in found if isinstance(event, events.Key)]


def used() -> list[str]:
    """Every key of every action, in every set."""
    return sorted({key for name in SETS for binding in actions(name).values() for key in binding.key.split(",")})


@pytest.mark.parametrize("terminal", SENT)
def test_what_a_terminal_sends_arrives_as_the_key_that_was_pressed(terminal: str) -> None:
    for key in {*used(), *SENT[terminal]}:
        sent = sent_by(terminal, key)
        if sent is not None:
            assert arrives(sent) == [key], sent
    assert {key: arrives(sent) for key, sent in CURSOR.items()} == {key: [key] for key in CURSOR}


def test_all_but_one_key_is_known_here() -> None:
    assert [key for key in used() if sent_by("xterm-256color", key) is None] == ["shift+enter"]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("terminal", SENT)
def test_every_action_has_a_key_that_nobody_swallows(terminal: str, name: str) -> None:
    lacking = [
        f"{action} is only on {binding.key}"
        for action, binding in actions(name).items()
        if not any(sent_by(terminal, key) and key not in SWALLOWED for key in binding.key.split(","))
    ]
    assert lacking == []


@contextlib.contextmanager
def program(terminal: str, home: Path) -> Iterator[int]:
    """alignscope with its own models in a terminal of that name; gives what is typed into and drawn on."""
    desk, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    settings = termios.tcgetattr(inside)
    settings[3] &= ~termios.ECHO  # what is drawn comes from the program alone
    termios.tcsetattr(inside, termios.TCSANOW, settings)
    environment = {**os.environ, "TERM": terminal, "HOME": str(home), "LANG": "C.UTF-8"}
    environment.pop("COLORTERM", None)
    command = [sys.executable, "-m", "alignscope", "--embedded"]
    running = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, env=environment, close_fds=True)
    os.close(inside)
    try:
        yield desk
    finally:
        running.terminate()
        with contextlib.suppress(OSError):
            while select.select([desk], [], [], 10)[0] and os.read(desk, 65536):
                pass  # a program that nobody reads can't end
        running.wait(20)
        os.close(desk)


def read_until(desk: int, mark: bytes, seconds: float = HANGS) -> None:
    """Read what is drawn until a text is there; the time is only there so that a test can't hang."""
    drawn, deadline = b"", time.monotonic() + seconds
    while mark not in drawn:
        assert time.monotonic() < deadline, drawn[-2000:]
        if select.select([desk], [], [], 1)[0]:
            drawn += os.read(desk, 65536)


@pytest.mark.parametrize("terminal", ["linux", "putty", "vt220"])
def test_the_program_heeds_the_terminals_own_keys(terminal: str, tmp_path: Path) -> None:
    with program(terminal, tmp_path) as desk:
        read_until(desk, b"prompts worth")
        os.write(desk, SENT[terminal]["f3"].encode())
        read_until(desk, b"ype to filter")  # its first letter is under the cursor
        os.write(desk, b"\n")  # ctrl+j
        read_until(desk, b"Filter")
        os.write(desk, b"q")
        os.write(desk, SENT[terminal]["f1"].encode())
        read_until(desk, b"Next part")


def test_letters_that_were_typed_before_the_first_frame_stand_in_the_prompt(tmp_path: Path) -> None:
    with program("xterm-256color", tmp_path) as desk:
        read_until(desk, b"\x1b[?1049h")  # the terminal is the program's, and nothing has been drawn
        os.write(desk, b"QXetR")  # in a pane, each of them is a command
        read_until(desk, b"QXetR")


@pytest.mark.parametrize(
    "text",
    [
        "plain, and こんにちは",
        "\x1bQ",
        "a\x1b[31mred\x1b[0m and on\x1b]0;title\x07\r\n",
        "\x1b",
        "\x1b\x1b\x1b[20",
        "\x1b[200~\x1b[201",
        "\x1bOP\x1b[15~ and a text that is longer than any sequence of any terminal can be",
        "\x1b[<0;5;5M\x1b[I",
    ],
)
def test_pasted_text_arrives_as_it_is_and_presses_no_key(text: str) -> None:
    sent = f"x\x1b[200~{text}\x1b[201~\x1b[200~{text}\x1b[201~\x1b[17~y"
    ways = [[sent], [*sent], *([sent[:place], sent[place:]] for place in range(1, len(sent)))]
    for parts in ways:
        parser = PasteParser()
        found = [event for part in parts for event in parser.feed(part)]
        told = [event.text if isinstance(event, events.Paste) else getattr(event, "key", event) for event in found]
        assert told == ["x", text, text, "f6", "y"], parts


def test_escapes_that_are_pasted_into_the_program_press_no_key(tmp_path: Path) -> None:
    with program("xterm-256color", tmp_path) as desk:
        read_until(desk, b"prompts worth")
        os.write(desk, b"\x1b[200~before \x1b[31mred\x1b[0m\x1bQ behind\x1b[201~")
        read_until(desk, b"behind")
        os.write(desk, b"\r")
        read_until(desk, "before \N{SYMBOL FOR ESCAPE}[31mred".encode())
