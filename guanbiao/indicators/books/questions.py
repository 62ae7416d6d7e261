"""The chapters of the questionnaire: section by section, part by part, every question with the indicators it feeds."""

from __future__ import annotations

from collections.abc import Iterator

from guanbiao.indicators.books.content import (
    Chapter,
    Feed,
    Knots,
    Part,
    Question,
    Says,
    Table,
    capital,
    ended,
    parents_of,
    percent,
    shares_of,
    sourced,
)
from guanbiao.indicators.rules import model as models
from guanbiao.indicators.rules.model import Card, Model, Node, Piecewise, Reference, Text, measured_questions
from guanbiao.indicators.rules.words import condition_words, figure, listed, measure_words, measured_unit, range_words, type_words
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import scaled_text


class Sections:
    """Chapters of one model in one language."""

    def __init__(self, model: Model, language: Language) -> None:
        self.model, self.language = model, language
        self.zh = language == "zh"
        self.shares, self.parents = shares_of(model), parents_of(model)
        self.fed = _fed(model)

    def chapter(self, code: str, heading: str) -> Chapter:
        """A section: one line about its weight, a table of its parts, then the questions."""
        parts = [part for part in self.model.parts if part.section == code]
        blocks: tuple[Says | Table, ...] = (Says("", self._section_line(code)),)
        if len(parts) > 1 and any(part.code in self.model.node for part in parts):
            blocks += (self._parts_table(parts),)
        written = [Part(part.code, self._part_heading(part), self._part_line(part), self._questions(code, part.code)) for part in parts]
        if loose := self._questions(code, ""):
            written.insert(0, Part("", "", "", loose))
        return Chapter(heading, blocks, tuple(written))

    def _section_line(self, code: str) -> str:
        cards = [card for card in self.model.cards if self.model.question[card.fields[0]].section == code]
        node = self.model.node.get(code)
        span = self._span(cards)
        if node is None:
            scored = sum(1 for card in cards if any(field in self.model.measured for field in card.fields))
            if self.zh:
                return f"{span}，{'不单独计分，答案供后面的题目换算和判断是否适用' if not scored else f'其中 {scored} 题计分'}。"
            return f"{span}; {'not scored by themselves: later questions use these answers' if not scored else f'{scored} scored'}."
        above = self.model.node[self.parents[code]] if code in self.parents else None
        leaves = sum(1 for below in node.walk() if below.measure)
        share = percent(*self.shares[code])
        if above is None:
            return f"{span}，{leaves} 个指标。" if self.zh else f"{span}, {leaves} indicators."
        total = sum(child.weight for child in above.children)
        name = above.title.in_(self.language)
        if self.zh:
            return f"在“{name}”里权重 {node.weight} / {total}，占总分 {share}。{span}，{leaves} 个指标。"
        return f"Weight {node.weight} / {total} within “{name}”, {share} of the total. {span}, {leaves} indicators."

    def _span(self, cards: list[Card]) -> str:
        if not cards:
            return "没有题目" if self.zh else "No questions"
        first, last = cards[0].number, cards[-1].number
        if first == last:
            return f"第 {first} 题" if self.zh else f"Question {first}"
        return f"第 {first} 至 {last} 题，共 {len(cards)} 题" if self.zh else f"Questions {first} to {last}, {len(cards)} in all"

    def _parts_table(self, parts: list[models.Part]) -> Table:
        rows = []
        for part in parts:
            node = self.model.node.get(part.code)
            cards = self._cards(part.section, part.code)
            leaves = sum(1 for below in node.walk() if below.measure) if node else 0
            weight, share = (str(node.weight), percent(*self.shares[node.code])) if node else ("", "")
            span = f"{cards[0].number}–{cards[-1].number}" if cards else ""
            rows.append((part.title.in_(self.language), part.code, weight, share, str(leaves), span))
        head = ("部分", "代码", "权重", "占总分", "指标", "题号") if self.zh else ("Part", "Code", "Weight", "Of total", "Indicators", "Questions")
        return Table("", head, tuple(rows), right=(2, 3, 4, 5), shares=(1, 0, 0, 0, 0, 0))

    def _cards(self, section: str, part: str) -> list[Card]:
        first = {card.code: self.model.question[card.fields[0]] for card in self.model.cards}
        return [c for c in self.model.cards if (first[c.code].section, c.part or first[c.code].part) == (section, part)]

    def _part_heading(self, part: models.Part) -> str:
        return f"{part.code} {part.title.in_(self.language)}"

    def _part_line(self, part: models.Part) -> str:
        node = self.model.node.get(part.code)
        if node is None or part.code not in self.parents:
            return ""
        total = sum(child.weight for child in self.model.node[self.parents[part.code]].children)
        share = percent(*self.shares[part.code])
        if self.zh:
            return f"权重 {node.weight} / {total}，占总分 {share}。"
        return f"Weight {node.weight} / {total}, {share} of the total."

    def _questions(self, section: str, part: str) -> tuple[Question, ...]:
        return tuple(self._question(card) for card in self._cards(section, part))

    def _question(self, card: Card) -> Question:
        fields = [self.model.question[code] for code in card.fields]
        title = card.title.in_(self.language)
        number = f"第 {card.number} 题" if self.zh else f"Question {card.number}"
        home, also = self.fed[card.code]
        return Question(
            number=card.number,
            codes=card.fields,
            heading=f"{number} {title}",
            title=title,
            line=self._line(card, fields),
            facts=tuple(self._facts(card, fields)),
            table=self._table(fields),
            after=tuple(self._after(card)),
            feeds=tuple(self._feed(leaf) for leaf in home),
            also=self._also(also),
        )

    def _line(self, card: Card, fields: list[models.Question]) -> str:
        kinds = listed(dict.fromkeys(type_words(q).in_(self.language) for q in fields), self.language)
        required = [q.code in self.model.required for q in fields]
        if all(required):
            must = "必答" if self.zh else "required"
        else:
            must = ("部分必答" if self.zh else "partly required") if any(required) else ("选答" if self.zh else "optional")
        scored = any(code in self.model.measured for code in card.fields)
        marks = [kinds, must] + ([] if scored else ["不计分" if self.zh else "not scored"])
        return " · ".join(marks)

    def _facts(self, card: Card, fields: list[models.Question]) -> Iterator[Says]:
        said = {q.when: condition_words(self.model, q.when, self.language) for q in fields if q.when}
        if len(said) == 1 and all(q.when in said for q in fields):
            words = next(iter(said.values()))
            yield Says("何时答" if self.zh else "When", f"只在{words}时回答。" if self.zh else f"Only if {words}.")
        for text in self._own(card, "help"):
            yield Says("怎么算" if self.zh else "How to count", text)
        if len(fields) == 1 and fields[0].is_numeric:
            yield Says("填数" if self.zh else "Number", ended(range_words(fields[0], self.language), self.language))

    def _own(self, card: Card, part: str) -> Iterator[str]:
        """A text of the card, or of its fields where they carry their own."""
        seen: dict[str, None] = {}
        for holder in (card, *(self.model.question[code] for code in card.fields)):
            text: Text = getattr(holder, part)
            if text.in_(self.language):
                seen[text.in_(self.language)] = None
        yield from seen

    def _table(self, fields: list[models.Question]) -> Table | None:
        first = fields[0]
        if len(fields) > 1:
            return self._fields(fields)
        return self._options(first) if first.options else None

    def _options(self, question: models.Question) -> Table:
        zh, scored = self.zh, question.code in self.model.measured
        texts = any(option.text.zh for option in question.options)
        alone = ("（不与别的同选）", " (stands alone)")[0 if zh else 1]
        head = ["选项", "名称"] if zh else ["Option", "Name"]
        head += (["看到的情形"] if zh else ["What a visitor sees"]) if texts else []
        head += (["分"] if zh else ["Points"]) if scored else []
        rows = []
        for option in question.options:
            row = [option.code, option.title.in_(self.language) + (alone if option.code == question.exclusive else "")]
            row += [option.text.in_(self.language)] if texts else []
            row += [figure(option.points, self.language)] if scored else []
            rows.append(tuple(row))
        shares = (0, 2, 5) if texts else (0, 1)
        return Table("", tuple(head), tuple(rows), right=(len(head) - 1,) if scored else (), shares=shares + ((0,) if scored else ()))

    def _fields(self, fields: list[models.Question]) -> Table:
        zh = self.zh
        own = {q.code: condition_words(self.model, q.when, self.language) for q in fields if q.when}
        differ = len(fields) > 1 and (len(own) < len(fields) or len(set(own.values())) > 1) and bool(own)
        units = any(q.unit.zh for q in fields)
        head = ["代码", "填什么"] if zh else ["Code", "What to give"]
        head += (["单位"] if zh else ["Unit"]) if units else []
        head += ["范围"] if zh else ["Range"]
        head += (["何时答"] if zh else ["When"]) if differ else []
        rows = []
        for q in fields:
            span = range_words(q, self.language).removesuffix(q.unit.in_(self.language)).rstrip() if q.is_numeric else ""
            title = q.title.in_(self.language) + self._chosen(q)
            row = [q.code, title, *([q.unit.in_(self.language)] if units else []), span]
            rows.append((*row, capital(own.get(q.code, ""))) if differ else tuple(row))
        shares = (0, 3, *((0,) if units else ()), 0, *((3,) if differ else ()))
        return Table("", tuple(head), tuple(rows), shares=shares)

    def _chosen(self, question: models.Question) -> str:
        """The options of a choice that stands among other fields."""
        points = question.code in self.model.measured
        unit = "分" if self.zh else " points"
        names = [f"{o.code} {o.title.in_(self.language)}" + (f" {figure(o.points, self.language)}{unit}" if points else "") for o in question.options]
        return "" if not names else f"（{'；'.join(names)}）" if self.zh else f" ({'; '.join(names)})"

    def _after(self, card: Card) -> Iterator[Says]:
        for text in self._own(card, "evidence"):
            yield Says("附什么" if self.zh else "Evidence", ended(text, self.language))
        references = dict.fromkeys([card.reference, *(self.model.question[code].reference for code in card.fields)])
        for reference in references:
            if reference:
                yield Says("公开数值" if self.zh else "Published", self._reference(reference))

    def _reference(self, r: Reference) -> str:
        value, caliber, source = (text.in_(self.language) for text in (r.value, r.caliber, r.source))
        if self.zh:
            return f"{value}（{r.year}）。口径：{caliber}。来源：{source}。供了解，不是目标，不参与计分。"
        return f"{value} ({r.year}). Caliber: {caliber}. Source: {source}. For information: not a target, not scored."

    def _feed(self, leaf: Node) -> Feed:
        assert leaf.measure is not None
        total = sum(child.weight for child in self.model.node[self.parents[leaf.code]].children)
        share = percent(*self.shares[leaf.code])
        line = f"权重 {leaf.weight} / {total} · 占总分 {share}" if self.zh else f"weight {leaf.weight} / {total} · {share} of the total"
        if leaf.key:
            line += " · 关键" if self.zh else " · key"
        return Feed(
            code=leaf.code,
            title=leaf.title.in_(self.language),
            line=line,
            how=ended(capital(measure_words(self.model, leaf.measure, self.language)), self.language),
            knots=self._knots(leaf.measure) if isinstance(leaf.measure, Piecewise) else None,
            basis=sourced(leaf.basis, self.language) if leaf.basis else "",
        )

    def _knots(self, measure: Piecewise) -> Knots:
        unit = measured_unit(self.model, measure).in_(self.language)
        value = ("算出的值" if measure.is_ratio else "所填的数") if self.zh else ("Value" if measure.is_ratio else "Number given")
        named = (f"{value}（{unit}）" if self.zh else f"{value} ({unit})") if unit else value
        xs = tuple(figure(x, self.language) for x in measure.xs)
        return Knots(named, "得分" if self.zh else "Points", xs, tuple(scaled_text(y) for y in measure.ys))

    def _also(self, leaves: list[Node]) -> str:
        if not leaves:
            return ""
        if self.zh:
            return f"还用于：{listed((f'{leaf.title.zh}（{leaf.code}）' for leaf in leaves), 'zh')}。"
        return f"Also used by: {listed((f'{leaf.title.en} ({leaf.code})' for leaf in leaves), 'en')}."


def _fed(model: Model) -> dict[str, tuple[list[Node], list[Node]]]:
    """Card → the indicators described with it, and those that use it but are described elsewhere.

    A ratio is described with its numerator, which is the question asked for its sake.
    """
    found: dict[str, tuple[list[Node], list[Node]]] = {card.code: ([], []) for card in model.cards}
    for leaf in model.leaves:
        if leaf.measure is None:
            continue
        cards = list(dict.fromkeys(model.card_of[code].code for code in measured_questions(leaf.measure)))
        found[cards[0]][0].append(leaf)
        for code in cards[1:]:
            found[code][1].append(leaf)
    return found
