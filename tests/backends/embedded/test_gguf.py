"""What a GGUF file says of itself, and that a spoilt one gives one clear line."""

import struct
from pathlib import Path

import pytest

from alignscope.backends.embedded.gguf import TOKEN_LISTS, GGUFError, Header, read_header, read_pairs, token_table
from tests.backends.embedded.files import LATEST, TEXT, split, with_number, with_pairs


def test_the_base_twin() -> None:
    header = read_header(TEXT)
    assert header.architecture == "llama"
    assert header.size == TEXT.stat().st_size
    assert header.template == ""
    assert header.quantization == "Q8_0"
    assert header.parameters > 1_000_000
    assert header.parameter_size.endswith("M")
    assert header.context_length >= 512
    assert 1000 < header.vocabulary < 100_000


@pytest.mark.parametrize(
    ("parameters", "size"),
    [(0, ""), (999, ""), (1_000, "1.0K"), (3_140_000, "3.1M"), (1_000_000_000, "1.0B"), (70_600_000_000, "70.6B")],
)
def test_a_size_is_told_as_servers_tell_it(parameters: int, size: str) -> None:
    assert Header(TEXT, 1, parameters=parameters).parameter_size == size


def test_a_tuned_twin_has_a_template() -> None:
    assert "messages" in read_header(LATEST).template


def spoilt(how: str) -> bytes:
    whole = TEXT.read_bytes()
    match how:
        case "empty":
            return b""
        case "a byte":
            return b"G"
        case "text":
            return b"Once upon a time, there was a file that was no model.\n" * 10
        case "another version":
            return whole[:4] + struct.pack("<I", 99) + whole[8:]
        case "cut in the header":
            return whole[:1000]
        case "cut in the weights":
            return whole[:-2_000_000]
        case "impossible counts":
            return whole[:8] + struct.pack("<QQ", 2**60, 2**60) + whole[24:]
        case "an endless string":
            return whole[:24] + struct.pack("<Q", 2**62) + whole[32:]
        case "no alignment":
            return with_pairs((b"general.alignment", struct.pack("<II", 4, 0)))
    raise AssertionError(how)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("empty", "is not a GGUF file: it has only 0 bytes."),
        ("a byte", "is not a GGUF file: it has only 1 byte."),
        ("text", "is not a GGUF file"),
        ("another version", "GGUF of version 99"),
        ("cut in the header", "its header breaks off"),
        ("cut in the weights", "a part of its weights is missing"),
        ("impossible counts", "its header makes no sense"),
        ("an endless string", "its header breaks off or makes no sense"),
        ("no alignment", "its header makes no sense"),
    ],
)
def test_spoilt_files(tmp_path: Path, how: str, says: str) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(spoilt(how))
    with pytest.raises(GGUFError, match=says) as refused:
        read_header(file)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(GGUFError, match="There is no file"):
        read_header(tmp_path / "nothing.gguf")
    with pytest.raises(GGUFError, match="is a directory"):
        read_header(tmp_path)


def test_every_cut_is_noticed_or_harmless(tmp_path: Path) -> None:
    whole = TEXT.read_bytes()
    file = tmp_path / "model.gguf"
    for length in range(24, 60_000, 997):
        file.write_bytes(whole[:length])
        with pytest.raises(GGUFError):
            read_header(file)


def test_the_first_file_of_a_split_model_may_hold_no_weights(tmp_path: Path) -> None:
    first, second = split(tmp_path)
    assert (read_header(first).architecture, read_header(first).parameters) == ("llama", 0)
    assert (read_header(second).parameters, read_header(second).vocabulary) == (0, 0)


def test_a_header_with_a_large_vocabulary_is_read(tmp_path: Path) -> None:
    text, numbers = b"some.words", b"some.numbers"
    words = struct.pack("<IIQ", 9, 8, 300_000) + (struct.pack("<Q", 3) + b"\xff\xfea") * 300_000
    scores = struct.pack("<IIQ", 9, 6, 300_000) + bytes(4 * 300_000)
    file = tmp_path / "model.gguf"
    file.write_bytes(with_pairs((text, words), (numbers, scores)))
    assert read_header(file).architecture == "llama"
    file.write_bytes(with_pairs((text, struct.pack("<IIQ", 9, 9, 1) + bytes(12))))
    with pytest.raises(GGUFError, match="makes no sense"):
        read_header(file)


def test_numbers_are_read(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(with_number("llama.context_length", 4321))
    assert read_header(file).context_length == 4321


def test_the_twins_files_have_the_same_tokens() -> None:
    tables = [token_table(read_pairs(path, TOKEN_LISTS)) for path in (TEXT, LATEST)]
    assert tables[0] is not None and tables[0] == tables[1]
    assert 1000 < tables[0].tokens <= read_header(TEXT).vocabulary
    pairs = read_pairs(TEXT, TOKEN_LISTS)
    assert len(pairs["tokenizer.ggml.tokens"]) == read_header(TEXT).vocabulary
    pairs["tokenizer.ggml.tokens"] = [f"{token}!" for token in pairs["tokenizer.ggml.tokens"]]
    assert token_table(pairs) not in (None, tables[0])
    assert token_table(read_pairs(TEXT, frozenset())) is None, "lists that weren't read are no lists"
