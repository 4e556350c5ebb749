"""The person's own choices: `config.yaml` in the configuration directory, and the environment.

A flag beats the environment, and the environment beats the file.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from alignscope.locations import config_dir
from alignscope.sampling import DEFAULT_PRESET, PRESETS, Preset, Sampling, SamplingError

FILE_NAME: Final = "config.yaml"
API_KEY_VARIABLE: Final = "ALIGNSCOPE_API_KEY"
HOST_VARIABLE: Final = "OLLAMA_HOST"
_MAX_BYTES: Final = 1_000_000


class SettingsError(Exception):
    """The file can't be used as it is; `str()` names the file, the line and the field, for the person."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What `config.yaml` says. Every field may be left out."""

    host: str = ""
    """The default server, by OLLAMA_HOST's rules; the variable itself beats it."""
    preset: str = DEFAULT_PRESET
    """The preset to start with."""
    presets: dict[str, Preset] = {}
    """The person's own, after those that come with alignscope. One of the same name replaces it."""
    sessions: str = ""
    """The directory that sessions are kept in; empty for `sessions` in the data directory."""

    @property
    def all_presets(self) -> Mapping[str, Preset]:
        """Those that come with alignscope, then the person's own."""
        return {**PRESETS, **self.presets}


def config_file() -> Path:
    """Where the file is, or would be."""
    return config_dir() / FILE_NAME


def api_key() -> str | None:
    """The key that OpenAI-style servers are shown, from the environment only: a file is easily shared."""
    return os.environ.get(API_KEY_VARIABLE) or None


def host(flag: str, settings: Settings) -> str:
    """The default server as somebody wrote it: on the command line, in OLLAMA_HOST, in the file; else empty."""
    return flag.strip() or os.environ.get(HOST_VARIABLE, "").strip(" \"'") or settings.host.strip()


def load(path: Path | None = None) -> Settings:
    """Read the file; one that isn't there says nothing, and everything keeps its default.

    Raises:
        SettingsError: it can't be read, or something in it is wrong.
    """
    path = path or config_file()
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror or error}") from error
    if len(raw) > _MAX_BYTES:
        raise SettingsError(f"{path} is over {_MAX_BYTES:,} bytes: that is no settings file")
    return _Reader(path).read(raw)


class _Reader:
    """One file on its way to Settings; knows where each field stands, so that an error can say it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[tuple[str, ...], int] = {}

    def read(self, raw: bytes) -> Settings:
        fields = self._mapping(self._parse(raw), ())
        for name in fields:
            if name not in Settings.__struct_fields__:
                raise self._error((name,), f"is no setting; there are {', '.join(Settings.__struct_fields__)}")
        presets = {
            name: self._preset(name, values)
            for name, values in self._mapping(fields.get("presets"), ("presets",)).items()
        }
        preset = self._text(fields, "preset", DEFAULT_PRESET)
        if preset not in {**PRESETS, **presets}:
            raise self._error(
                ("preset",), f"no preset is called {preset}; there are {', '.join({**PRESETS, **presets})}"
            )
        return Settings(
            host=self._text(fields, "host", ""),
            preset=preset,
            presets=presets,
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
        """Remember the line of every field down to a preset's parameters."""
        if isinstance(node, yaml.MappingNode) and len(path) < 3:
            for key, value in node.value:
                below = (*path, str(key.value))
                self.lines[below] = key.start_mark.line + 1
                self._mark(value, below)

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
