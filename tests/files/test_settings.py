"""The settings file: what it may say, and how it is told to be wrong."""

from pathlib import Path

import pytest

from alignscope.files import settings
from alignscope.files.settings import Settings, SettingsError, load
from alignscope.model.sampling import PRESETS


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_no_file_and_an_empty_file_change_nothing(config: Path) -> None:
    assert load(config) == Settings()
    config.write_text("# nothing yet\n")
    assert load(config) == Settings()


def test_all_that_a_file_may_say(config: Path) -> None:
    config.write_text(
        "host: gpu.example:11434\n"
        "preset: bold\n"
        "presets:\n"
        "  bold: {temperature: 1.2, top_p: 1, seed: 7}\n"
        "  lines:\n"
        '    stop: ["\\n", END]\n'
        "    keep_alive: 10m\n"
    )
    read = load(config)
    assert read.host == "gpu.example:11434"
    assert read.preset == "bold"
    assert list(read.all_presets) == [*PRESETS, "bold", "lines"]
    assert dict(read.presets["bold"].sampling) == {"temperature": 1.2, "top_p": 1.0, "seed": 7}
    assert dict(read.presets["lines"].sampling) == {"stop": ("\n", "END"), "keep_alive": "10m"}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("host: x\nhosts: y\n", "line 2: hosts: ", "no setting; there are host, servers, lineup, preset"),
        ("preset: nope\n", "line 1: preset: ", "no preset is called nope; there are even, model"),
        ("\nhost: [1]\n", "line 2: host: ", "must be text"),
        ("presets:\n  mine:\n    temperature: 9\n", "line 3: presets.mine.temperature: ", "from 0 to 5; 9 is not"),
        ("presets:\n  mine:\n    heat: 1\n", "line 3: presets.mine.heat: ", "no sampling parameter is called heat"),
        ("presets:\n  mine: warm\n", "line 2: presets.mine: ", "`name: value` lines"),
        ("presets: [1]\n", "line 1: presets: ", "`name: value` lines"),
        ("- host\n", ": ", "`name: value` lines"),
        ("1: x\n", ": ", "`name: value` lines"),
        ("host: 'open\n", "line 2: ", "not valid YAML"),
        ("host: !!python/object:os.system x\n", "line 1: ", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "line 2: ", "not valid YAML"),
        ("host: \x07\n", ": ", "not valid YAML"),
    ],
)
def test_an_error_names_file_line_and_field(config: Path, text: str, where: str, what: str) -> None:
    config.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(config)
    message = str(caught.value)
    assert message.startswith(str(config))
    assert where in message
    assert what in message
    assert "\n" not in message


def test_what_is_no_readable_text_is_refused(config: Path) -> None:
    config.write_bytes(b"host: \xff\xfe\n")
    with pytest.raises(SettingsError, match="not valid YAML"):
        load(config)
    config.write_bytes(b"#" * 1_000_001)
    with pytest.raises(SettingsError, match="no settings file"):
        load(config)
    config.unlink()
    config.mkdir()
    with pytest.raises(SettingsError, match="can't be read"):
        load(config)


def test_a_tower_of_aliases_costs_nothing(config: Path) -> None:
    rows = ["a: &a0 [x, x]"] + [f"b{i}: &a{i + 1} [*a{i}, *a{i}]" for i in range(60)]
    config.write_text("\n".join(rows))
    with pytest.raises(SettingsError, match="line 1: a: is no setting"):
        load(config)


def test_flags_beat_environment_beats_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Settings(host="from.file")
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert settings.host("", Settings()) == ""
    assert settings.host("", file) == "from.file"
    monkeypatch.setenv("OLLAMA_HOST", ' "from.environment" ')
    assert settings.host("", file) == "from.environment"
    assert settings.host("from.flag", file) == "from.flag"


def test_the_key_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGNSCOPE_API_KEY", "")
    assert settings.api_key() is None
    monkeypatch.setenv("ALIGNSCOPE_API_KEY", "secret")
    assert settings.api_key() == "secret"
