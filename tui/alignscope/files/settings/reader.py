"""A settings file on its way to Settings."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from alignscope.backends.host import parse_host
from alignscope.files.settings.model import Settings, Signs
from alignscope.files.yaml_file import FileError, convert, load
from alignscope.model.pane import EMBEDDED, MAX_PANES, LineupError, Wanted, read_pane
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset, Sampling

T = TypeVar("T")
_HOST: Final = re.compile(r"[^\s/?#@\x00-\x20\x7f]+")
_SERVER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def server_url(text: str, servers: Mapping[str, str]) -> str:
    """The URL of a server as a person wrote it, which may be the name of one.

    Raises:
        ValueError: no server can be there.
    """
    if text in servers:
        return servers[text]
    url = parse_host(text)
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        good = None
    if not good:
        raise ValueError(f"no server can be at {text!r:.80}; write host:port or http://host:port")
    return url


def read_lineup(texts: Sequence[str], servers: Mapping[str, str]) -> tuple[Wanted, ...]:
    """Panes as `--pane` has them, the names of servers replaced by their URLs.

    Raises:
        LineupError: one of them is none, or they are too many, or two share a name.
    """
    panes: list[Wanted] = []
    for text in texts:
        pane = read_pane(text, servers)
        if pane.server not in (None, EMBEDDED):
            try:
                pane = msgspec.structs.replace(pane, server=server_url(pane.server, servers))
            except ValueError as error:
                raise LineupError(str(error)) from error
        if any(pane.name == before.name for before in panes):
            raise LineupError(f"two panes are called {pane.name}; give each a name of its own")
        panes.append(pane)
    if len(panes) > MAX_PANES:
        raise LineupError(f"a lineup has at most {MAX_PANES} panes, not {len(panes)}")
    return tuple(panes)


class _File(msgspec.Struct):
    """The fields of Settings as they are written."""

    host: str = ""
    servers: dict[str, str] = {}
    lineup: tuple[str, ...] = ()
    preset: str = DEFAULT_PRESET
    presets: dict[str, dict[str, Any]] = {}
    theme: str = ""
    keymap: str = ""
    keys: dict[str, str | int | tuple[str | int, ...]] = {}
    """The key `4` is a number to YAML, and several keys may stand in a list."""
    signs: Signs = "auto"
    sessions: str = ""


def read(path: Path) -> Settings:
    """What a settings file says.

    Raises:
        FileError: with all that is wrong in it.
    """
    document = load(path, str(path))
    written = convert(document, _File)
    problems: list[str] = []

    def checked(place: str, otherwise: T, make: Callable[..., T], *arguments: Any) -> T:
        try:
            return make(*arguments)
        except ValueError as error:
            problems.append(document.problem(place, str(error)))
            return otherwise

    servers = {name: checked(f"servers.{name}", "", _server, name, text) for name, text in written.servers.items()}
    host = written.host.strip()
    if host:
        checked("host", "", server_url, host, servers)
    lineup: tuple[Wanted, ...] = ()
    for number in range(1, len(written.lineup) + 1):
        before, lineup = lineup, checked(f"lineup[{number}]", (), read_lineup, written.lineup[:number], servers)
        if len(lineup) <= len(before):
            break
    presets = {}
    for name, values in written.presets.items():
        sampling = Sampling()
        for parameter, value in values.items():
            sampling = checked(f"presets.{name}.{parameter}", sampling, sampling.on, parameter, value)
        presets[name] = Preset(name, sampling, "your own")
    checked("preset", None, _known, written.preset, {**PRESETS, **presets})
    if problems:
        raise FileError(*problems)
    keys = {name: ",".join(map(str, key)) if isinstance(key, tuple) else str(key) for name, key in written.keys.items()}
    return Settings(
        host=host,
        servers=servers,
        lineup=lineup,
        preset=written.preset,
        presets=presets,
        theme=written.theme,
        keymap=written.keymap,
        keys=keys,
        signs=written.signs,
        sessions=written.sessions,
    )


def _server(name: str, text: str) -> str:
    if not _SERVER_NAME.fullmatch(name) or name in (EMBEDDED, "localhost"):
        raise ValueError("a server's name is a letter, then letters, digits, - and _")
    return server_url(text, {})


def _known(preset: str, presets: Iterable[str]) -> None:
    if preset not in presets:
        raise ValueError(f"no preset is called {preset:.40}; there are {', '.join(presets)}")
