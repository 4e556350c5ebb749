"""Votes and judges' answers on a run's replies, as a section of text and of a page."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from alignscope.lab.report.text import paragraph
from alignscope.lab.votes import words
from alignscope.lab.votes.feedback import Feedback
from alignscope.text.clean import clean, encodable

_INDENT: Final = 2


def lines(feedback: Feedback, width: int) -> list[str]:
    """Return all votes in lines of at most so many cells."""
    said = [words.HEADING]
    for heading, sentences in words.voted(feedback):
        said += laid_out(heading, sentences, width)
    for note in _notes(feedback):
        said += paragraph(note, width)
    return said


def laid_out(heading: str, sentences: Sequence[str], width: int) -> list[str]:
    """Return what one voter said, in lines of at most so many cells."""
    said = paragraph(heading, width)
    for sentence in sentences:
        first, *more = paragraph(sentence, width - 2 * _INDENT)
        said += [" " * _INDENT + first, *(" " * 2 * _INDENT + line for line in more)]
    return said


def section(feedback: Feedback) -> Iterator[str]:
    """Yield the page's section."""
    yield f"<h2>{words.HEADING}</h2>\n"
    for heading, sentences in words.voted(feedback):
        yield f"<h3>{_text(heading)}</h3>\n<ul>{''.join(f'<li>{_text(each)}</li>' for each in sentences)}</ul>\n"
    yield f"<ul class='notes'>{''.join(f'<li>{_text(note)}</li>' for note in _notes(feedback))}</ul>\n"


def _notes(feedback: Feedback) -> Iterator[str]:
    yield from feedback.unread
    if feedback.standings or feedback.judges:
        yield words.HOW
    if feedback.judges:
        yield words.ABOUT_JUDGES
    if feedback.agreements:
        yield words.ABOUT_KAPPA


def _text(text: str) -> str:
    return escape(encodable(clean(text)))
