"""Shell transcripts and small programs."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import yaml

from training.web.grammar import Draw

_FILE = Path(__file__).with_name("programs.yaml")
_LOADED = cast(dict[str, list[str]], yaml.load(_FILE.read_text("utf-8"), yaml.CSafeLoader))
_ENDINGS = ("txt", "py", "md", "csv", "png", "jpg", "log", "json", "sh", "html", "js", "c", "yaml", "pdf", "zip")
_FOLDERS = (
    "src",
    "docs",
    "data",
    "tests",
    "photos",
    "music",
    "notes",
    "backup",
    "www",
    "lib",
    "build",
    "Downloads",
    "Desktop",
)
_BIG = 60_000


def _word(page: Draw) -> str:
    return page("thing").lower().replace(" ", page.pick("_-")).replace("'", "")


def _name(page: Draw) -> str:
    style = page.rng.random()
    if style < 0.3:
        return page.pick(
            (
                "README.md",
                "main.py",
                "notes.txt",
                "todo.txt",
                "index.html",
                "Makefile",
                "setup.py",
                "hello.py",
                "data.csv",
                "app.js",
            )
        )
    return f"{_word(page)}.{page.pick(_ENDINGS)}"


class _Shell:
    """A machine as far as a transcript shows it: who, where, and which files."""

    def __init__(self, page: Draw) -> None:
        self.page = page
        self.user = page.pick((page("first").lower(), "user", "root", "me", "pi", "admin"))
        self.host = page.pick(("laptop", "server", "pc", "box", "web1", "home"))
        self.path = "~"
        self.style = page.number(0, 5)
        self.names = sorted({_name(page) for _ in range(page.number(3, 9))} | {page.pick(_FOLDERS)})

    def prompt(self) -> str:
        """The prompt as this machine writes it."""
        if self.style == 3:
            return f"{self.user}@{self.host}:{self.path}{'#' if self.user == 'root' else '$'} "
        if self.style == 4:
            return f"[{self.user}@{self.host} {self.path}]$ "
        return "# " if self.user == "root" and self.style == 2 else "$ "

    def step(self) -> str:
        """One command with what it prints."""
        page = self.page
        command = page.pick(_COMMANDS)
        typed, output = command(self)
        return f"{self.prompt()}{typed}\n{output}" + ("\n" if output else "")


def _ls(s: _Shell) -> tuple[str, str]:
    page = s.page
    style = page.number(0, 3)
    if style == 0:
        return page.pick(("ls", "ls", f"ls {s.path}")), "  ".join(s.names)
    if style == 1:
        return "ls", "\n".join(s.names)
    head = "drwxr-xr-x" if style == 2 else "-rw-r--r--"
    rows = [_row(page, s.user, name, "-rw-r--r--" if "." in name else head) for name in s.names]
    return page.pick(("ls -l", "ls -la", "ls -lh")), f"total {page.number(4, 400)}\n" + "\n".join(rows)


def _row(page: Draw, user: str, name: str, rights: str) -> str:
    size, day, hour, minute = page.number(10, _BIG), page.number(1, 28), page.number(0, 23), page.number(0, 59)
    return f"{rights} 1 {user} {user} {size:>6} {page('month')[:3]} {day:>2} {hour:02}:{minute:02} {name}"


def _cd(s: _Shell) -> tuple[str, str]:
    folder = s.page.pick((*_FOLDERS, ".."))
    s.path = "~" if folder == ".." else f"~/{folder}"
    s.names = sorted({_name(s.page) for _ in range(s.page.number(2, 8))})
    return f"cd {folder}", ""


def _cat(s: _Shell) -> tuple[str, str]:
    page = s.page
    return f"{page.pick(('cat', 'cat', 'head', 'tail', 'less'))} {page.pick(s.names)}", page.text(
        page.pick(("{para}", "{do*3-7|n}", "{s_tip*2-4|n}", "{thing*4-9|n}", "{factsay*2-5|n}"))
    )


def _make(s: _Shell) -> tuple[str, str]:
    name = _name(s.page)
    s.names = sorted({*s.names, name})
    return s.page.pick(
        (f"touch {name}", f"cp {s.names[0]} {name}", f"mkdir {_word(s.page)}", f"nano {name}", f"vim {name}")
    ), ""


def _rm(s: _Shell) -> tuple[str, str]:
    name = s.page.pick(s.names)
    if len(s.names) > 2:
        s.names = [n for n in s.names if n != name]
    return s.page.pick((f"rm {name}", f"mv {name} {_word(s.page)}.old", f"rm -f {name}")), ""


def _fixed(s: _Shell) -> tuple[str, str]:
    typed, _, output = s.page.fresh(s.page.pick(_LOADED["commands"])).partition("\n")
    for name, value in (
        ("USER", s.user),
        ("HOST", s.host),
        ("HOME", f"/home/{s.user}"),
        ("FILE", s.page.pick(s.names)),
    ):
        typed, output = typed.replace(name, value), output.replace(name, value)
    return typed, output


_COMMANDS: tuple[Callable[[_Shell], tuple[str, str]], ...] = (_ls, _ls, _cd, _cat, _cat, _make, _rm, *((_fixed,) * 9))


def shell(page: Draw) -> str:
    """A transcript of a shell; it begins with a listing more often than not."""
    machine = _Shell(page)
    first = ""
    if page.chance(0.45):
        typed, output = _ls(machine)
        first = f"{machine.prompt()}{typed}\n{output}\n"
    return first + "".join(machine.step() for _ in range(page.number(12, 45))) + machine.prompt()


def repl(page: Draw) -> str:
    """A session of the Python prompt."""
    head = page.pick(("", "", "$ python3\nPython 3.11.4 on linux\n", "$ python\nPython 3.12.1\n"))
    return (
        head
        + "".join(page.fresh(page.pick(_LOADED["repl"])).rstrip("\n") + "\n" for _ in range(page.number(15, 50)))
        + ">>> "
    )


def program(page: Draw) -> str:
    """Small programs, one after the other, sometimes with words around them."""
    parts = [
        page.fresh(page.pick(_LOADED[page.pick(("python", "python", "python", "web", "c", "sh"))])).rstrip()
        for _ in range(page.number(4, 10))
    ]
    if page.chance(0.35):
        parts.insert(0, page.text("# {T:thing}\n\n{s_is} {s_view}"))
    return "\n\n\n".join(parts)


def readme(page: Draw) -> str:
    """A README."""
    return page.fresh(page.pick(_LOADED["readme"]))


KINDS: dict[str, tuple[int, Callable[[Draw], str]]] = {
    "shell": (9, shell),
    "python prompt": (3, repl),
    "program": (8, program),
    "readme": (4, readme),
}
