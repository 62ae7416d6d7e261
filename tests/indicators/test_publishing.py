"""A published edition is frozen: what is shipped comes to the digests that were published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from guanbiao.indicators.library import shipped
from guanbiao.indicators.publishing import check_frozen, publish, published
from guanbiao.kernel.errors import Conflict


def test_every_shipped_edition_is_published_and_unchanged() -> None:
    check_frozen(shipped())
    assert all(published()[entry.code][entry.edition] == entry.digest for entry in shipped())


def test_a_published_edition_that_changed_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "published.json"
    first = shipped()[0]
    publish([first], path)
    with pytest.raises(Conflict) as caught:
        publish([replace(first, digest="sha256:other")], path)
    assert first.code in caught.value.zh and "edition" in caught.value.en
    assert published(path) == {first.code: {first.edition: first.digest}}


def test_a_new_edition_joins_the_published_ones(tmp_path: Path) -> None:
    path = tmp_path / "published.json"
    first = shipped()[0]
    publish([first], path)
    later = replace(first, edition="2099.1", digest="sha256:later")
    assert publish([first, later], path) == [later]
    assert published(path)[first.code] == {first.edition: first.digest, "2099.1": "sha256:later"}
