"""Rows of a transcript: what stands where, at which width."""

from hypothesis import given
from hypothesis import strategies as st

from alignscope.ui.widgets.transcript.layout import Block, BlockKind, Rows

texts = st.text(alphabet="ab \n\t好é", max_size=80)
widths = st.integers(3, 30)


def rows_of(layout: Rows) -> list[str]:
    """Every row, as `locate` finds it."""
    places = [layout.locate(y) for y in range(layout.height)]
    return [block.rows[index] for place in places if place for block, index in [place]]


@given(st.lists(texts, max_size=12), widths, widths)
def test_text_that_came_in_pieces_is_laid_out_as_if_it_came_at_once(pieces: list[str], first: int, second: int) -> None:
    grown, whole = Rows(), Rows()
    for layout in (grown, whole):
        layout.resize(first)
    block = grown.add(BlockKind.REPLY)
    for piece in pieces:
        grown.append(block, piece)
    other = whole.add(BlockKind.REPLY, "".join(pieces))
    assert (block.rows, block.begins) == (other.rows, other.begins)
    assert block.text == "".join(pieces)
    for layout in (grown, whole):
        layout.resize(second)
    assert (block.rows, block.begins) == (other.rows, other.begins)
    assert block.text == "".join(pieces)


@given(texts, texts, texts, widths)
def test_the_selection_of_everything_is_all_text(thought: str, reply: str, more: str, width: int) -> None:
    layout = Rows()
    layout.resize(width)
    layout.add(BlockKind.SEPARATOR, "1")
    layout.add(BlockKind.THINKING, thought)
    layout.add(BlockKind.REPLY, reply + more)
    layout.add(BlockKind.END, "— stopped")
    assert layout.selected((0, 0), (layout.height, 0)) == f"{thought}\n{reply}{more}"


def test_a_selection_leaves_out_the_breaks_that_wrapping_made() -> None:
    layout = Rows()
    layout.resize(12)  # two cells are the edge
    layout.add(BlockKind.REPLY, "the quick brown fox\n\tjumped")
    assert rows_of(layout) == ["the quick ", "brown fox", "\tjumped"]
    assert layout.selected((0, 4), (1, 5)) == "quick brown"
    assert layout.selected((1, 6), (2, 6)) == "fox\n\tju"  # the tab is drawn as four characters


@given(texts, widths, widths, st.data())
def test_a_place_is_found_again_at_another_width(text: str, first: int, second: int, data: st.DataObject) -> None:
    layout = Rows()
    layout.resize(first)
    block = layout.add(BlockKind.REPLY, text)
    row = data.draw(st.integers(0, len(block.rows) - 1))
    position = block.position(row)
    assert text[position:].startswith(block.rows[row])
    layout.resize(second)
    found = block.row_at(position)
    assert block.position(found) <= position
    if found + 1 < len(block.rows):
        assert block.position(found + 1) > position


def test_samples_grow_one_below_another() -> None:
    layout = Rows()
    layout.resize(20)
    layout.samples = 2
    first, second = (layout.add(BlockKind.REPLY, f"{n}", n) for n in (1, 2))
    assert layout.append(first, " one\nmore") == 0
    assert layout.append(second, " two") == 2
    assert rows_of(layout) == ["1 one", "more", "2 two"]
    layout.show(2)
    assert rows_of(layout) == ["2 two"]
    assert layout.append(first, " of the first") is None
    layout.resize(9)
    layout.append(first, "!")
    layout.show(None)
    assert rows_of(layout) == ["1 one", "more of ", "the ", "first!", "2 two"]


def test_a_turn_with_fewer_samples_shows_its_last() -> None:
    layout = Rows()
    for samples in (1, 3, 2):
        layout.samples = samples
        for sample in range(1, samples + 1):
            layout.add(BlockKind.REPLY, f"{sample} of {samples}", sample)
    layout.show(3)
    assert rows_of(layout) == ["1 of 1", "3 of 3", "2 of 2"]
    layout.show(2)
    assert rows_of(layout) == ["1 of 1", "2 of 3", "2 of 2"]


def test_only_the_last_row_is_touched_however_long_the_line() -> None:
    layout = Rows()
    layout.resize(40)
    block = layout.add(BlockKind.REPLY)
    for _ in range(5000):
        layout.append(block, " word")
    ended = block.rows[:-1]
    layout.append(block, " more" * 20)
    assert all(before is after for before, after in zip(ended, block.rows, strict=False))


def test_an_empty_block_has_one_row() -> None:
    assert Block(BlockKind.REPLY).rows == [""]
