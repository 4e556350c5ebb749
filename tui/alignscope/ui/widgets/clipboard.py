"""Copy to the person's clipboard, by the way that reaches it from here."""

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.app import App


_OSC_52_BYTES: Final = 74_994
"""Of a text that terminals are sure to take: with base64 and what frames it, 100,000 bytes of a sequence."""


class CopyError(ValueError):
    """The text can't be copied from here; `str()` says why and what to do."""


async def copy(app: "App[object]", text: str) -> str:
    """Copy a text, and return in words which way it went.

    On the person's own machine that is the desktop's clipboard (pyperclip). Over SSH the desktop is elsewhere, so the
    terminal is asked with the OSC 52 sequence; inside tmux, which by default keeps that sequence to itself, tmux is
    asked to pass it on. Whether a terminal obeys it doesn't tell.

    Raises:
        CopyError: the sequence would be longer than terminals take.
    """
    remote = any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    if not remote and await asyncio.to_thread(_desktop, text):
        return "to the clipboard"
    if os.environ.get("TMUX") and await _tmux(text):
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


async def _tmux(text: str) -> bool:
    tmux = shutil.which("tmux")
    if tmux is None:
        return False
    process = await asyncio.create_subprocess_exec(
        tmux,
        "load-buffer",
        "-w",
        "-",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), timeout=3)
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return process.returncode == 0
