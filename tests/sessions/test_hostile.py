"""Session files come from strangers: none of them crashes, hangs or eats memory, and each says what is wrong."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alignscope.model.session import SessionError
from alignscope.sessions.format import file
from alignscope.sessions.library.opening import open_to_continue, open_to_play
from alignscope.sessions.library.store import Store
from tests.sessions import corpus
from tests.waiting import HANGS

FILES = {name: (content, words) for name, content, words in corpus.files()}
Findings = dict[str, dict[str, Any]]
pytestmark = pytest.mark.xdist_group("hostile")

# One process opens them all, with a bound on memory, so that a crash or a flood would be that process's end.
_OPENER = """
import json, resource, sys, time
from pathlib import Path
from alignscope.sessions.format import file
from alignscope.model.session import SessionError
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
for path in map(Path, sys.argv[1:]):
    begun, memory, said = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, ""
    try:
        file.read(path)
    except SessionError as error:
        said = str(error)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    print(json.dumps({"said": said, "seconds": time.process_time() - begun, "megabytes": grown}), flush=True)
"""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What opening each file said and took."""
    directory = tmp_path_factory.mktemp("corpus")
    paths = []
    for number, (content, _) in enumerate(FILES.values()):
        paths.append(directory / f"{number}.yaml")
        paths[-1].write_bytes(content if isinstance(content, bytes) else content())
    result = subprocess.run(
        [sys.executable, "-c", _OPENER, *map(str, paths)], capture_output=True, text=True, timeout=HANGS, check=False
    )
    lines = result.stdout.splitlines()
    assert result.returncode == 0, f"at {list(FILES)[len(lines)]}: {result.stderr}"
    return dict(zip(FILES, map(json.loads, lines), strict=True))


@pytest.mark.parametrize("name", FILES)
def test_a_strangers_file(findings: Findings, name: str) -> None:
    words = FILES[name][1]
    found = findings[name]
    assert bool(found["said"]) == bool(words), found["said"]
    assert re.search(words, found["said"], re.DOTALL), found["said"]
    assert found["said"].isprintable()
    assert len(found["said"]) < 400
    if words:
        assert found["said"].startswith(f"{list(FILES).index(name)}.yaml")
    # Time of the processor, not of the clock.
    assert found["seconds"] < 1
    assert found["megabytes"] < 150


@pytest.mark.parametrize("name", corpus.PLAYED)
def test_a_strangers_timeline(name: str) -> None:
    old, new, words = corpus.PLAYED[name]
    session = file.parse(corpus.put(old, new), "stranger.yaml").session
    reply = session.turns[0].replies["base", 1]
    assert reply.text == "upon a time"
    with pytest.raises(
        SessionError, match=re.escape(f"stranger.yaml, document 2, replies[1].timeline: {words}")
    ) as refused:
        _ = reply.texts
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400
    assert session.turns[1].replies["base", 1].texts


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "directory.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "endless.yaml").symlink_to("/dev/zero")
    for path in tmp_path.iterdir():
        with pytest.raises(SessionError, match=re.escape(path.name)):
            file.read(path)
    assert list(Store(tmp_path).list()) == []


def test_a_file_too_large_is_not_even_read(tmp_path: Path) -> None:
    with (tmp_path / "large.yaml").open("wb") as large:
        large.truncate(file.MAX_BYTES + 1)
    with pytest.raises(SessionError, match="larger than 256 MB"):
        file.read(tmp_path / "large.yaml")


def test_a_directory_of_them_is_listed(tmp_path: Path) -> None:
    for number, (content, _) in enumerate(FILES.values()):
        if isinstance(content, bytes) and len(content) < 100_000:
            (tmp_path / f"{number}.yaml").write_bytes(content)
    entries = list(Store(tmp_path).list())
    assert {entry.path for entry in entries} == {path for path in tmp_path.iterdir() if path.stat().st_size}
    for entry in entries:
        assert entry.problem or entry.turns <= 2
        assert entry.problem.isprintable()


@pytest.mark.parametrize("name", corpus.PLAYED)
def test_a_session_with_a_damaged_timeline_is_gone_on_with_by_its_texts(name: str, tmp_path: Path) -> None:
    old, new, words = corpus.PLAYED[name]
    path = tmp_path / "stranger.yaml"
    path.write_bytes(corpus.put(old, new))
    before = path.read_bytes()
    session, writer, why = open_to_continue(Store(tmp_path), path)
    assert writer is None, "the file is left as it is"
    assert "stranger.yaml" in why and words in why
    reply = session.turns[0].replies["base", 1]
    assert reply.texts == [reply.text]
    assert (session.parent.name if session.parent else "") == "stranger"
    saved = Store(tmp_path).save(session, tmp_path / "again.yaml")
    assert open_to_play(Store(tmp_path), saved).turns[0].text("base") == reply.text
    assert path.read_bytes() == before
