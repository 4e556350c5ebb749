"""Launch from parsed arguments, environment and settings file, with everything checked before a request."""

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
from alignscope.files.settings.model import Settings
from alignscope.files.yaml_file import FileError
from alignscope.model.launch import Launch
from alignscope.model.lineup.host import parse_host, public
from alignscope.model.lineup.pane import EMBEDDED, LineupError, Mode, PaneRequest, is_hub
from alignscope.model.sampling import Preset, Sampling, SamplingError, assign
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.turn import MAX_SAMPLES, TurnSettings, read_logprobs

_MAX_SECONDS: Final = 1e6
"""Maximum of an option in seconds: eleven days."""
_FLAGS: Final = {"panes": "--pane", "sets": "--set"}


def read_settings() -> Settings:
    """Read the settings file. Raises UsageError if something in it is wrong."""
    try:
        return settings.load()
    except FileError as error:
        raise UsageError(str(error)) from error


def launch(arguments: argparse.Namespace, chosen: Settings) -> Launch:
    """Return the launch for the arguments, completed from environment and settings file. Raises UsageError."""
    _refuse_contradictions(arguments)
    panes = _panes(arguments.panes, chosen.servers)
    host = _host(arguments.host, chosen)
    if not (panes or arguments.base or arguments.instruct or arguments.embedded):
        panes = chosen.lineup
    _refuse_two_logins([url for url in (host, *(pane.server for pane in panes)) if url and url != EMBEDDED])
    keys = key_variables(host, panes, chosen.servers, os.environ)
    if arguments.system and panes and all(pane.mode is Mode.COMPLETION for pane in panes):
        raise UsageError("--system reaches chat panes only, and every --pane is a completion; leave it out")
    if arguments.scaffold is not None and panes and all(pane.mode is Mode.CHAT for pane in panes):
        raise UsageError("--scaffold reaches completion panes only, and every --pane is a chat; leave it out")
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
            whole("--samples", arguments.samples, 1, MAX_SAMPLES) or 1,
            scaffold=_scaffold(arguments.scaffold),
            logprobs=_logprobs(chosen.logprobs if arguments.logprobs is None else arguments.logprobs),
        ),
        silence=None if arguments.timeout is None else number("--timeout", arguments.timeout, 0.001, _MAX_SECONDS),
        system=_readable(arguments.system or ""),
        embedded=arguments.embedded,
        servers=chosen.servers,
        key_variables=keys,
        pace=chosen.pace,
        theme=settings.theme(arguments.theme or "", chosen),
        keymap=chosen.keymap,
        keys=chosen.keys,
        signs=chosen.signs,
        class_mode=chosen.class_mode,
        scroll=chosen.scroll,
        sessions=sessions_directory(arguments, chosen),
    )


def sessions_directory(arguments: argparse.Namespace, chosen: Settings) -> Path | None:
    """Return the directory of sessions by flag, environment or settings; None for the default one."""
    if arguments.sessions == "":
        raise UsageError("--sessions is empty; name a directory or leave it out")
    return settings.sessions(arguments.sessions or "", chosen)


def refuse(arguments: argparse.Namespace, names: Iterable[str], option: str = "") -> None:
    """Raise UsageError for options that a command doesn't have, or doesn't have with a certain option of its own."""
    for name in names:
        if getattr(arguments, name):
            command = f"{arguments.command} {getattr(arguments, 'action', None) or ''}".rstrip() + option
            raise UsageError(f"{_FLAGS.get(name, f'--{name}')} means nothing to `{command}`; leave it out")


def refuse_for_hub(arguments: argparse.Namespace) -> None:
    """Raise UsageError for a server with a model from a hub, and for removing any other model."""
    hub = is_hub(arguments.model)
    if hub and arguments.host:
        raise UsageError("--host means nothing to a model from a hub, which the embedded engine runs; leave it out")
    if arguments.action == "remove" and not hub:
        raise UsageError(
            "only what was pulled from a hub is removed here, as hf:OWNER/REPO:Q4_K_M; a server's models are removed"
            " there, such as by `ollama rm NAME`"
        )


def read_prompt(text: str) -> str:
    """Return the prompt of `ask`: the text, or for `-` standard input less one final line break. Raises UsageError."""
    from alignscope.files.prompts import EMPTY_PROMPT, MAX_PROMPT, STANDARD_INPUT

    if text == STANDARD_INPUT:
        if sys.stdin is None:
            raise UsageError("there is no standard input to read the prompt from")
        raw = sys.stdin.buffer.read(MAX_PROMPT + 1)
        if len(raw) > MAX_PROMPT:
            raise UsageError(f"the prompt is over {MAX_PROMPT // 2**20} MiB; give a shorter one")
        text = raw.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    text = _readable(text)
    if not text:
        raise UsageError(EMPTY_PROMPT)
    return text


def milliseconds(option: str, text: str | None, low: float) -> float | None:
    """Return an option's seconds as milliseconds, None without it. Raises UsageError as `number` does."""
    return None if text is None else 1000 * number(option, text, low, _MAX_SECONDS)


def number(option: str, text: str, low: float, high: float) -> float:
    """Return an option's number. Raises UsageError if it isn't one within the range."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise UsageError(f"{option} is a number from {low:g} to {high:,.10g}; {text:.40} is not")
    return value


def need_terminal(what: str = "the explorer", instead: str = "`alignscope ask PROMPT`") -> None:
    """Raise UsageError if there is no terminal for a screen."""
    if not has_terminal():
        raise UsageError(f"{what} needs a terminal; {instead} does without one")


def has_terminal() -> bool:
    """Return whether there is a terminal for a screen."""
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


def _refuse_two_logins(urls: Iterable[str]) -> None:
    """Raise UsageError if one server is named with two names or passwords, since it is asked with one of them."""
    logins: dict[str, str] = {}
    for url in urls:
        full = parse_host(url)
        bare = public(full)
        if bare != full and logins.setdefault(bare, full) != full:
            raise UsageError(
                f"{bare} is named with two names or passwords, and one alignscope uses one for a server; start a second"
                " one for the other"
            )


def _host(flag: str | None, chosen: Settings) -> str:
    text = settings.host(flag or "", chosen)
    if not text:
        return ""
    # Imported here because most starts name no server, and this imports all that reads a settings file.
    from alignscope.files.settings.reader import server_url

    try:
        return server_url(text, chosen.servers)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _panes(texts: list[str], servers: Mapping[str, str]) -> tuple[PaneRequest, ...]:
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


def _scaffold(name: str | None) -> str:
    if name is not None and name not in SCAFFOLDS:
        raise UsageError(f"no scaffold is called {name:.40}; there are {', '.join(SCAFFOLDS)}")
    return name or BARE


def _logprobs(text: str) -> int | None:
    try:
        return read_logprobs(text)
    except ValueError as error:
        raise UsageError(f"--logprobs {error}") from error


def _sampling(sampling: Sampling, texts: list[str]) -> Sampling:
    try:
        for text in texts:
            sampling = assign(sampling, text)
    except SamplingError as error:
        raise UsageError(f"--set: {error}") from error
    return sampling


def whole(option: str, text: str | None, low: int, high: int) -> int | None:
    """Return an option's whole number, None without one. Raises UsageError if it isn't one within the range."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise UsageError(f"{option} is a whole number from {low} to {high}; {text:.40} is not")
    return int(text)


def _readable(text: str) -> str:
    """Return a text of the command line with bytes that aren't UTF-8 replaced by U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
