"""What a card prints: a row of its own above its fields, or one row where its only field asks the card's question itself."""

from __future__ import annotations

from guanbiao.indicators.rules.model import Card, Model, Question
from guanbiao.indicators.workbooks.words import reference_text
from guanbiao.kernel.errors import Language

Printed = tuple[str, str, str, str]
"""Question, how to count, what proves it, reference."""


def cards_of(model: Model, questions: list[Question]) -> list[tuple[Card, list[Question]]]:
    """The questions of a section, those of one card together, in order."""
    found: list[tuple[Card, list[Question]]] = []
    for question in questions:
        card = model.card_of[question.code]
        if found and found[-1][0].code == card.code:
            found[-1][1].append(question)
        else:
            found.append((card, [question]))
    return found


def has_heading(model: Model, card: Card) -> bool:
    """Does the card need a row of its own? Not where its one field repeats its question."""
    return len(card.fields) > 1 or model.question[card.fields[0]].title != card.title


def printed_of(item: Card | Question, language: Language) -> Printed:
    return item.title.in_(language), item.help.in_(language), item.evidence.in_(language), reference_text(item.reference, language)


def printed_together(card: Card, question: Question, language: Language) -> Printed:
    """A card and its one field in one row: nothing of either is lost, nothing said twice."""
    pairs = zip(printed_of(card, language), printed_of(question, language), strict=True)
    title, how, evidence, reference = ("\n".join(dict.fromkeys(filter(None, pair))) for pair in pairs)
    return title, how, evidence, reference
