"""Where things live: the person's own directories, and the files that come with alignscope."""

import contextlib
from pathlib import Path
from typing import Literal

import platformdirs

_NAME = "alignscope"


def config_dir() -> Path:
    """Where `config.yaml` is read from."""
    return _made(platformdirs.user_config_path(_NAME, appauthor=False))


def data_dir() -> Path:
    """Where the person's sessions and themes are."""
    return _made(platformdirs.user_data_path(_NAME, appauthor=False))


def state_dir() -> Path:
    """Where logs and the prompt history are: what may be lost without harm."""
    return _made(platformdirs.user_state_path(_NAME, appauthor=False))


def bundled(kind: Literal["themes", "sessions"]) -> Path:
    """The directory that comes with alignscope: inside the package when it was installed from a wheel, at the top of
    the checkout when it runs from there."""
    packaged = Path(__file__).parents[1] / "bundled" / kind
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / kind


def _made(path: Path) -> Path:
    """The directory, made for this person alone if it wasn't there. A disk that can't be written to is no failure
    here: whoever then writes into the directory learns of it, and most runs write nothing."""
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
