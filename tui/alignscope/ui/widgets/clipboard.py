"""Copy to the person's clipboard."""

import asyncio
import os
import subprocess
from typing import Final

from textual.app import App

_OSC_52_BYTES: Final = 74_994
"""Largest text for OSC 52: in base64 with its frame it makes a sequence of 100,000 bytes, which terminals accept."""


class CopyError(ValueError):
    """The text can't be copied; the message names the reason and what to do."""


async def copy(app: App[object], text: str) -> str:
    """Copy a text, and return where it went.

    On the person's own machine it goes to the desktop's clipboard (pyperclip). Over SSH the terminal is asked with the
    OSC 52 sequence, or tmux is, which by default blocks that sequence. A terminal doesn't confirm it.

    Raises:
        CopyError: the text is too large for OSC 52.
    """
    remote = any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    if not remote and await asyncio.to_thread(_desktop, text):
        return "to the clipboard"
    if bool(os.environ.get("TMUX")) and await asyncio.to_thread(_tmux, text):
        return "to tmux's buffer, and to the terminal's clipboard if it allows that (tmux -w)"
    size = len(text.encode("utf-8", "replace"))
    if size > _OSC_52_BYTES:
        raise CopyError(
            f"Nothing was copied: {size // 1000:,} kB are too large for the terminal's clipboard sequence (OSC 52), "
            f"which takes {_OSC_52_BYTES // 1000} kB. Export the session into a file, or run alignscope inside tmux."
        )
    app.copy_to_clipboard(text)
    return "by the terminal's own sequence (OSC 52), if it allows that"


def _desktop(text: str) -> bool:
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError, UnicodeError):
        return False
    return True


def _tmux(text: str) -> bool:
    command = ["tmux", "load-buffer", "-w", "-"]
    try:
        done = subprocess.run(command, input=text.encode("utf-8", "replace"), capture_output=True, timeout=3)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
