"""A person's directories, and the files that come with alignscope."""

import contextlib
from pathlib import Path
from typing import Literal

import platformdirs

_NAME = "alignscope"


def config_dir() -> Path:
    """Return the directory of `config.yaml`."""
    return _made(platformdirs.user_config_path(_NAME, appauthor=False))


def data_dir() -> Path:
    """Return the directory of the person's sessions and themes."""
    return _made(platformdirs.user_data_path(_NAME, appauthor=False))


def models_dir() -> Path:
    """Return the directory of models that were pulled from a hub, which may not be there yet."""
    return data_dir() / "models" / "hf"


def state_dir() -> Path:
    """Return the directory of logs and of the prompt history, which may be lost without harm."""
    return _made(platformdirs.user_state_path(_NAME, appauthor=False))


def bundled(kind: Literal["themes", "sessions"]) -> Path:
    """Return a directory that comes with alignscope: in the package of a wheel, or at the top of a checkout."""
    packaged = Path(__file__).parents[1] / "bundled" / kind
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / kind


def _made(path: Path) -> Path:
    """Return the directory, made for this person alone. A failure shows when something is written into it."""
    with contextlib.suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
