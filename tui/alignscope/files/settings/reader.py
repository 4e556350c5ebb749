"""A settings file on its way to Settings, with the line of whatever is wrong in it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import urlsplit

import msgspec
import yaml

from alignscope.backends.host import parse_host
from alignscope.files.settings.model import Settings, SettingsError, Signs
from alignscope.model.pane import EMBEDDED, MAX_PANES, LineupError, Wanted, read_pane
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset, Sampling, SamplingError

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
        pane = read_pane(text)
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


class Reader:
    """Knows where each field stands, so that an error can say it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[tuple[str, ...], int] = {}

    def read(self, raw: bytes) -> Settings:
        """What the file says. Raises SettingsError."""
        fields = self._mapping(self._parse(raw), ())
        for name in fields:
            if name not in Settings.__struct_fields__:
                raise self._error((name,), f"is no setting; there are {', '.join(Settings.__struct_fields__)}")
        presets = {
            name: self._preset(name, values)
            for name, values in self._mapping(fields.get("presets"), ("presets",)).items()
        }
        servers = self._servers(fields)
        return Settings(
            host=self._host(fields, servers),
            servers=servers,
            lineup=self._lineup(fields, servers),
            preset=self._one_of(fields, "preset", {**PRESETS, **presets}, DEFAULT_PRESET, "no preset is called"),
            presets=presets,
            theme=self._text(fields, "theme", ""),
            keymap=self._text(fields, "keymap", ""),
            keys=self._texts(fields, "keys", _keys),
            signs=self._one_of(fields, "signs", get_args(Signs), "auto", "signs can't be"),  # type: ignore[arg-type]
            sessions=self._text(fields, "sessions", ""),
        )

    def _parse(self, raw: bytes) -> Any:
        try:
            loader = yaml.SafeLoader(raw)
            node = loader.get_single_node()
            if node is None:
                return None
            self._mark(node, ())
            return loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            where = f"{self.path}, line {mark.line + 1}" if mark else str(self.path)
            raise SettingsError(f"{where}: not valid YAML: {error.problem or error.context}") from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise SettingsError(f"{self.path}: not valid YAML: {str(error).splitlines()[0]}") from error

    def _mark(self, node: yaml.Node, path: tuple[str, ...]) -> None:
        """Remember the line of every field down to a preset's parameters and a pane of the lineup."""
        if isinstance(node, yaml.MappingNode) and len(path) < 3:
            for key, value in node.value:
                below = (*path, str(key.value))
                self.lines[below] = key.start_mark.line + 1
                self._mark(value, below)
        elif isinstance(node, yaml.SequenceNode) and len(path) == 1:
            for number, item in enumerate(node.value, 1):
                self.lines[(*path, str(number))] = item.start_mark.line + 1

    def _mapping(self, value: Any, path: tuple[str, ...]) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise self._error(path, "must be a list of `name: value` lines")
        return value

    def _text(self, fields: dict[str, Any], name: str, default: str) -> str:
        value = fields.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._error((name,), "must be text")
        return value

    def _one_of(
        self, fields: dict[str, Any], name: str, known: Mapping[str, Any] | Sequence[str], default: str, lead: str
    ) -> str:
        value = self._text(fields, name, default)
        if value not in known:
            raise self._error((name,), f"{lead} {value:.40}; there are {', '.join(known)}")
        return value

    def _texts(self, fields: dict[str, Any], name: str, read: Any) -> dict[str, str]:
        texts = {}
        for key, value in self._mapping(fields.get(name), (name,)).items():
            text = read(value)
            if not isinstance(text, str):
                raise self._error((name, key), "must be text")
            texts[key] = text
        return texts

    def _servers(self, fields: dict[str, Any]) -> dict[str, str]:
        servers = self._texts(fields, "servers", lambda value: value)
        for name, text in servers.items():
            if not _SERVER_NAME.fullmatch(name) or name in (EMBEDDED, "localhost"):
                raise self._error(("servers", name), "a server's name is a letter, then letters, digits, - and _")
            try:
                servers[name] = server_url(text, {})
            except ValueError as error:
                raise self._error(("servers", name), str(error)) from error
        return servers

    def _host(self, fields: dict[str, Any], servers: Mapping[str, str]) -> str:
        host = self._text(fields, "host", "").strip()
        try:
            if host:
                server_url(host, servers)
        except ValueError as error:
            raise self._error(("host",), str(error)) from error
        return host

    def _lineup(self, fields: dict[str, Any], servers: Mapping[str, str]) -> tuple[Wanted, ...]:
        items = fields.get("lineup")
        if items is None:
            return ()
        if not isinstance(items, list):
            raise self._error(("lineup",), "must be a list of panes, one `- NAME=MODEL` a line")
        panes: tuple[Wanted, ...] = ()
        for number, item in enumerate(items, 1):
            where = ("lineup", str(number))
            if not isinstance(item, str):
                raise self._error(where, "must be text such as base=mistral:text")
            try:
                panes = read_lineup(items[:number], servers)
            except LineupError as error:
                raise self._error(where, str(error)) from error
        return panes

    def _preset(self, name: str, values: Any) -> Preset:
        sampling = Sampling()
        for parameter, value in self._mapping(values, ("presets", name)).items():
            try:
                sampling = sampling.on(parameter, value)
            except SamplingError as error:
                raise self._error(("presets", name, parameter), str(error)) from error
        return Preset(name, sampling, "your own")

    def _error(self, path: tuple[str, ...], problem: str) -> SettingsError:
        where = f"{self.path}, line {self.lines[path]}" if path in self.lines else str(self.path)
        return SettingsError(f"{where}: {'.'.join(path) + ': ' if path else ''}{problem}")


def _keys(value: Any) -> Any:
    """Keys as somebody may write them: YAML takes the key `4` for a number, and several may stand in a list."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(item, str | int) for item in value):
        return ",".join(map(str, value))
    return value
