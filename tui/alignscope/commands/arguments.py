"""From parsed arguments, environment and settings file to a Launch, every choice checked before anything is sent."""

import argparse
import math
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from alignscope.commands import UsageError
from alignscope.files import settings
from alignscope.files.settings.keys import key_variables
from alignscope.files.yaml_file import FileError
from alignscope.model.launch import Launch
from alignscope.model.pane import LineupError, Mode, Wanted
from alignscope.model.sampling import Preset, Sampling, SamplingError, assign
from alignscope.model.turn import MAX_ALTERNATIVES, MAX_SAMPLES, TurnSettings

_MAX_PROMPT: Final = 64 * 2**20
LONGEST: Final = 1e6
"""Seconds that an option may name: eleven days."""
_FLAGS: Final = {"panes": "--pane", "sets": "--set"}

NOTHING_CHOSEN: Final = settings.Settings()
"""Settings where there is no file."""


def chosen() -> settings.Settings:
    """The settings file. Raises UsageError when something in it is wrong."""
    try:
        return settings.load()
    except FileError as error:
        raise UsageError(str(error)) from error


def launch(arguments: argparse.Namespace, chosen: settings.Settings) -> Launch:
    """What the arguments ask for, with what environment and settings file say where they don't.

    Raises:
        UsageError: something in them is wrong, or two of them contradict each other.
    """
    _refuse_contradictions(arguments)
    panes = _panes(arguments.panes, chosen.servers)
    host = _host(arguments.host, chosen)
    keys = key_variables(host, panes, chosen.servers, os.environ)
    if not (panes or arguments.base or arguments.instruct or arguments.embedded):
        panes = chosen.lineup
    if arguments.system and panes and all(pane.mode is Mode.COMPLETION for pane in panes):
        raise UsageError("--system reaches chat panes only, and every --pane is a completion; leave it out")
    preset = _preset(arguments.preset or chosen.preset, chosen.all_presets)
    return Launch(
        prompt=_readable(arguments.prompt or ""),
        base=arguments.base or "",
        instruct=arguments.instruct or "",
        host=host,
        host_first=bool(arguments.host),
        panes=panes,
        preset=preset,
        presets=tuple(chosen.all_presets.values()),
        settings=TurnSettings(
            _sampling(preset.sampling, arguments.sets),
            _whole("--samples", arguments.samples, 1, MAX_SAMPLES) or 1,
            logprobs=_whole("--logprobs", arguments.logprobs, 0, MAX_ALTERNATIVES),
        ),
        silence=None if arguments.timeout is None else number("--timeout", arguments.timeout, 0.001, LONGEST),
        system=_readable(arguments.system or ""),
        embedded=arguments.embedded,
        servers=chosen.servers,
        key_variables=keys,
        theme=settings.theme(arguments.theme or "", chosen),
        keymap=chosen.keymap,
        keys=chosen.keys,
        signs=chosen.signs,
        sessions=sessions_directory(arguments, chosen),
    )


def sessions_directory(arguments: argparse.Namespace, chosen: settings.Settings) -> Path | None:
    """Where sessions are kept by flag, environment or settings; None for their place in the data directory."""
    if arguments.sessions == "":
        raise UsageError("--sessions is empty; name a directory or leave it out")
    return settings.sessions(arguments.sessions or "", chosen)


def refuse(arguments: argparse.Namespace, names: Iterable[str]) -> None:
    """Refuse options that stood before a command's name and mean nothing to it."""
    for name in names:
        if getattr(arguments, name):
            raise UsageError(f"{_FLAGS.get(name, f'--{name}')} means nothing to `{_command(arguments)}`; leave it out")


def _command(arguments: argparse.Namespace) -> str:
    action = getattr(arguments, "action", None)
    return f"{arguments.command} {action}" if action else str(arguments.command)


def read_prompt(text: str) -> str:
    """The prompt of `ask`: the text itself, or for `-` standard input, less one final line break.

    Bytes that aren't UTF-8 become U+FFFD.
    """
    if text == "-":
        if sys.stdin is None:
            raise UsageError("there is no standard input to read the prompt from")
        raw = sys.stdin.buffer.read(_MAX_PROMPT + 1)
        if len(raw) > _MAX_PROMPT:
            raise UsageError(f"the prompt is over {_MAX_PROMPT // 2**20} MiB; give a shorter one")
        text = raw.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    text = _readable(text)
    if not text:
        raise UsageError("the prompt is empty; give at least one character, since servers can't complete nothing")
    return text


def number(option: str, text: str, low: float, high: float) -> float:
    """Return the number that an option gives. Raises UsageError when it isn't within the range."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise UsageError(f"{option} is a number from {low:g} to {high:,.10g}; {text:.40} is not")
    return value


def need_terminal(what: str = "the explorer", instead: str = "`alignscope ask PROMPT`") -> None:
    """Refuse to open a screen where nobody can see it or type."""
    if not has_terminal():
        raise UsageError(f"{what} needs a terminal; {instead} does without one")


def has_terminal() -> bool:
    """Whether a screen could be opened."""
    streams = (sys.__stdin__, sys.__stderr__)  # Textual reads the one and draws on the other
    return all(stream is not None and stream.isatty() for stream in streams)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    if arguments.panes and (arguments.base or arguments.instruct):
        raise UsageError(
            "--pane describes the whole lineup, so --base and --instruct don't go with it;"
            " write --pane base=MODEL --pane instruct=MODEL instead"
        )
    if arguments.embedded and arguments.host:
        raise UsageError(
            "--embedded and --host exclude each other; to use both at once, give each pane its own, as in"
            " --pane base=twin:text@embedded --pane other=MODEL@URL"
        )
    for name in ("base", "instruct", "host"):
        value = getattr(arguments, name)
        if value is not None and not value.strip():
            raise UsageError(f"--{name} is empty; name a {'server' if name == 'host' else 'model'} or leave it out")


def _host(flag: str | None, chosen: settings.Settings) -> str:
    text = settings.host(flag or "", chosen)
    return _url(text, chosen.servers) if text else ""


def _url(text: str, servers: Mapping[str, str]) -> str:
    # Imported here because most starts name no server, and this reads the whole of what reads a settings file.
    from alignscope.files.settings.reader import server_url

    try:
        return server_url(text, servers)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _panes(texts: list[str], servers: Mapping[str, str]) -> tuple[Wanted, ...]:
    if not texts:
        return ()
    from alignscope.files.settings.reader import read_lineup

    try:
        return read_lineup([_readable(text) for text in texts], servers)
    except LineupError as error:
        raise UsageError(f"--pane: {error}") from error


def _preset(name: str, presets: Mapping[str, Preset]) -> Preset:
    if name not in presets:
        raise UsageError(f"no preset is called {name:.40}; there are {', '.join(presets)}")
    return presets[name]


def _sampling(sampling: Sampling, texts: list[str]) -> Sampling:
    try:
        for text in texts:
            sampling = assign(sampling, text)
    except SamplingError as error:
        raise UsageError(f"--set: {error}") from error
    return sampling


def _whole(option: str, text: str | None, low: int, high: int) -> int | None:
    if text is None:
        return None
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise UsageError(f"{option} is a whole number from {low} to {high}; {text:.40} is not")
    return number


def _readable(text: str) -> str:
    """The text as servers can take it: bytes of the command line that weren't UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
