"""The person's own choices: `config.yaml` in the configuration directory, and the environment.

A flag beats the environment, and the environment beats the file.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

from alignscope.files.locations import config_dir
from alignscope.files.settings.model import Settings

FILE_NAME: Final = "config.yaml"
API_KEY_VARIABLE: Final = "ALIGNSCOPE_API_KEY"
"""Keys are in the environment only: a file is easily shared."""
HOST_VARIABLE: Final = "OLLAMA_HOST"
FILE_VARIABLE: Final = "ALIGNSCOPE_CONFIG"
THEME_VARIABLE: Final = "ALIGNSCOPE_THEME"
SESSIONS_VARIABLE: Final = "ALIGNSCOPE_SESSIONS"

__all__ = ["Settings", "config_file", "host", "load", "sessions", "theme"]


def config_file() -> Path:
    """Where the file is, or would be: what ALIGNSCOPE_CONFIG names, else its place in the configuration directory."""
    named = os.environ.get(FILE_VARIABLE, "")
    return Path(named).expanduser().absolute() if named else config_dir() / FILE_NAME


def host(flag: str, settings: Settings) -> str:
    """The default server as somebody wrote it: on the command line, in OLLAMA_HOST, in the file; else empty."""
    return flag.strip() or os.environ.get(HOST_VARIABLE, "").strip(" \"'") or settings.host.strip()


def theme(flag: str, settings: Settings) -> str:
    """The theme that is asked for; empty for the one that was chosen last."""
    return flag.strip() or os.environ.get(THEME_VARIABLE, "").strip() or settings.theme.strip()


def sessions(flag: str, settings: Settings) -> Path | None:
    """The directory that sessions are kept in; None for its place in the data directory."""
    named = flag or os.environ.get(SESSIONS_VARIABLE, "") or settings.sessions
    return Path(named).expanduser().absolute() if named else None


def load(path: Path | None = None) -> Settings:
    """Read the file; one that isn't there says nothing, and everything keeps its default.

    Raises:
        FileError: it can't be read, or something in it is wrong.
    """
    path = path or config_file()
    with contextlib.suppress(PermissionError):  # told when it is read
        if not path.exists() or path.is_char_device():  # such as /dev/null
            return Settings()
    # Only somebody who has a file pays for reading one.
    from alignscope.files.settings.reader import read

    return read(path)
