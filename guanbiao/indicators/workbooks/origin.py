"""Which questionnaire a workbook was written from, by the marks on its cover."""

from __future__ import annotations

from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.cells import Book
from guanbiao.indicators.workbooks.layout import DIGEST_KEY, EDITION_KEY, MODEL_KEY, WORKBOOK_MARK
from guanbiao.indicators.workbooks.refusals import Refusing, short


def check_origin(model: Model, book: Book, refusing: Refusing) -> None:
    """Raises Unusable where there is no cover of ours, Conflict where it names another model, edition or digest."""
    found = {key: _marked(book, key) for key in (WORKBOOK_MARK, MODEL_KEY, EDITION_KEY, DIGEST_KEY)}
    if not all(found.values()):
        raise refusing.refusal("cover-missing")
    if any(len(values) > 1 for values in found.values()):
        raise refusing.refusal("covers-differ")
    code, edition, digest = (short(found[key].pop(), 80) for key in (MODEL_KEY, EDITION_KEY, DIGEST_KEY))
    if code != model.code:
        raise refusing.conflict("other-model", theirs=code, ours=model.code)
    if edition != model.edition:
        raise refusing.conflict("other-edition", model=model.code, theirs=edition, ours=model.edition)
    if digest != model.digest:
        raise refusing.conflict("other-digest", model=f"{model.code} {model.edition}", theirs=digest, ours=model.digest)


def _marked(book: Book, key: str) -> set[str]:
    """What stands behind a key, in whatever sheet and cell; formulas are not believed."""
    found = set()
    for sheet in book.sheets:
        for place, value in sheet.values.items():
            if isinstance(value, str) and value.startswith(key) and (key != WORKBOOK_MARK or value == key) and not sheet.is_computed(place):
                found.add(value.removeprefix(key) or key)
    return found
