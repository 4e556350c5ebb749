"""The person's settings. A flag beats the environment, which beats `config.yaml`."""

import contextlib
import os
from pathlib import Path
from typing import Final

from alignscope.files.locations import config_dir
from alignscope.files.settings.model import Settings

API_KEY_VARIABLE: Final = "ALIGNSCOPE_API_KEY"
"""Its value is a key. Files are easily shared, so keys are in the environment only."""
HOST_VARIABLE: Final = "OLLAMA_HOST"
THEME_VARIABLE: Final = "ALIGNSCOPE_THEME"
SESSIONS_VARIABLE: Final = "ALIGNSCOPE_SESSIONS"


def config_file() -> Path:
    """Return the path of the settings file, which needn't exist; ALIGNSCOPE_CONFIG may name it."""
    named = os.environ.get("ALIGNSCOPE_CONFIG", "")
    return Path(named).expanduser().absolute() if named else config_dir() / "config.yaml"


def host(flag: str, settings: Settings) -> str:
    """Return the default server as written on the command line, in OLLAMA_HOST or in the file; else empty."""
    return flag.strip() or os.environ.get(HOST_VARIABLE, "").strip(" \"'") or settings.host.strip()


def theme(flag: str, settings: Settings) -> str:
    """Return the name of the theme; empty for the last chosen one."""
    return flag.strip() or os.environ.get(THEME_VARIABLE, "").strip() or settings.theme.strip()


def sessions(flag: str, settings: Settings) -> Path | None:
    """Return the directory of sessions; None for the default in the data directory."""
    named = flag or os.environ.get(SESSIONS_VARIABLE, "") or settings.sessions
    return Path(named).expanduser().absolute() if named else None


def load(path: Path | None = None) -> Settings:
    """Read the file; defaults without one. Raises FileError if it can't be read or has mistakes."""
    path = path or config_file()
    with contextlib.suppress(PermissionError):  # reported when it is read
        if not path.exists() or path.is_char_device():  # such as /dev/null
            return Settings()
    # Imported only for an existing file, to start faster without one.
    from alignscope.files.settings.reader import read

    return read(path)
